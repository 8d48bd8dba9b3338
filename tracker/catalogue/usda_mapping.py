"""What a food of the USDA's table counts as: where a list shows it, and which servings of which group a weight of it gives.

Which category is shown where, and which rule reads its names, is in `data/catalogue/usda_categories.csv`; the choices are those
that `data/catalogue/README.md` explains. What no clue is sure of is neutral: a food that doesn't count can be logged by its
parts, one that counts wrongly can't be noticed.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

from tracker.catalogue.entries import MOST_GIVEN
from tracker.catalogue.files import FOLDER
from tracker.catalogue.folding import fold

CATEGORIES = "usda_categories.csv"

DATA = {
    "survey_fndds_food": "survey",
    "sr_legacy_food": "reference",
    "foundation_food": "reference",
    "branded_food": "branded",
}
"""The table's data types, as `usda_categories.csv` tells them apart: their categories share names and not meanings."""


@dataclass(frozen=True, slots=True)
class Serving:
    group: str
    grams: Decimal


def _serving(group: str, grams: str) -> Serving:
    return Serving(group, Decimal(grams))


# Grams of the README's servings. Behind them the rows of the table that say so, by their weight of a cup unless named.
# fmt: off
LEAVES_RAW = _serving("leafy_greens", "30")  # 1 cup; Spinach, raw: 30
LEAVES_COOKED = _serving("leafy_greens", "90")  # ½ cup; Spinach, cooked, boiled, drained: 180
LEAVES_IN_LIQUID = _serving("leafy_greens", "120")  # ½ cup; Turnip greens, canned, solids and liquids: 234
VEGETABLES = _serving("other_vegetables", "80")  # ½ cup; Broccoli, cooked: 156; Okra, cooked: 160; Beets, cooked: 170
VEGETABLES_IN_LIQUID = _serving("other_vegetables", "120")  # ½ cup; Tomato products, canned, sauce: 245; Pumpkin, canned: 245
TOMATOES_DRIED = _serving("other_vegetables", "27")  # ½ cup; Tomatoes, sun-dried: 54
BERRIES = _serving("berries", "75")  # ½ cup; Blueberries, raw: 148; Strawberries, raw: 152
NUTS = _serving("nuts", "28")  # the README's handful; an ounce in the table: 28.35
BEANS = _serving("beans", "90")  # ½ cup; Natto: 175; Soybeans, mature seeds, roasted: 172
BEANS_IN_LIQUID = _serving("beans", "120")  # ½ cup; Refried beans, canned: 238; Beans, baked: 253; Hummus, a spoon: 15
BEANS_DRY = _serving("beans", "35")  # makes 90; in 100 g black beans, raw, are 341 kcal, from dried and cooked 131
TOFU = _serving("beans", "125")  # ½ cup by FoodData Central's own portions, which this table doesn't have for tofu
BREAD = _serving("whole_grains", "30")  # 1 slice; Bread, whole-wheat: 32; Bread, multi-grain: 28.35
GRAINS_COOKED = _serving("whole_grains", "90")  # ½ cup; Quinoa, cooked: 185; Bulgur, cooked: 182
PORRIDGE = _serving("whole_grains", "120")  # ½ cup; Wheatena, cooked: 243; Teff, cooked: 252
GRAINS_DRY = _serving("whole_grains", "28")  # the README's ounce: crackers, cereals, small tortillas, uncooked grain
FISH = _serving("fish", "85")  # the README's portion, cooked; Fish, tilapia, cooked, a fillet: 87
FISH_RAW = _serving("fish", "110")  # what the README takes as 85 g cooked
OLIVE_OIL = _serving("olive_oil", "13.5")  # 1 tablespoon; Oil, olive, salad or cooking: 13.5
# fmt: on

# A clue is words of the folded name and what a food with them counts as; the first that fits decides, and none is neutral.
_Clues = tuple[tuple[re.Pattern[str], Serving | None], ...]


def _clues(*table: tuple[str, Serving | None]) -> _Clues:
    return tuple((re.compile(words), serving) for words, serving in table)


_LEAVES = (
    r"\b(spinach|kale|collards|chard|lettuce|arugula|watercress|cress|cornsalad|endive|escarole|radicchio"
    r"|purslane|borage|dock|lambsquarters?|vinespinach|convolvulus|swamp cabbage|jute|pak choi|bok choy|witloof"
    r"|(beet|dandelion|mustard|turrnip|turnip|chicory|poke|salad) greens|^greens|leaves|leafy tips|garland)\b"
)
_NO_FRESH_VEGETABLE = (
    r"\b((?<!stir )fried|tempura|stew type|coriander|cilantro|parsley"
    r"|breaded|batter|souffle|creamed|casserole|scalloped|au gratin|pudding|stuffed|salad with|dressing"
    r"|dry mix|pie mix|pancakes|with (ham|pork|meat|poultry|seafood|cream|cheese)|(tomatoes and"
    r"|vodka|cheese|cream) sauce|vodka"
    r"|caesar|juice|drink|dehydrated|freeze dried|powder|flakes|catsup|ketchup|relish|pickles|yeast"
    r"|candied|glazed|sandwich"
    r"|dried(?<!sun dried)|flour|tapenade|monks food)\b"
)
_STARCHY_OR_SEASONING = (
    r"\b(potato|potatoes|sweet potatoes|yams?|corn|succotash|cassava|yuca|taro(?! shoots)|poi|fufu|arrowhead|arrowroot"
    r"|plantains?|breadfruit|yautia|hominy|water ?ches[t]?nuts?|lotus|eppaw|tuber|chicory roots|chili|chile"
    r"|chilies|jalapenos?|serrano|ancho|pasilla"
    r"|peppers hot|garlic|ginger|wasabi|horseradish|chives|epazote|jerusalem|lemon grass|basil|kanpyo|olives?"
    r"|seaweed|spirulina|avocados?|in pod)\b"
)

RULES: Mapping[str, _Clues] = {
    "vegetables": _clues(
        (_NO_FRESH_VEGETABLE, None),
        (rf"{_LEAVES}.*\bsolids and liquids", LEAVES_IN_LIQUID),
        (rf"{_LEAVES}.*\b(cooked|boiled|steamed|canned|frozen)\b", LEAVES_COOKED),
        (_LEAVES, LEAVES_RAW),
        (_STARCHY_OR_SEASONING, None),
        (r"\bsprout", VEGETABLES),
        (r"edamame|soybeans|lima beans|broadbeans|cowpeas.*immature|pigeonpeas|black ?eyed peas", BEANS),
        (r"sun dried(?!.*oil)", TOMATOES_DRIED),
        (r"tomato(?!.*paste).*\b(canned|cooked|crushed|stewed|sauce|puree)\b|^spaghetti sauce", VEGETABLES_IN_LIQUID),
        (r"pumpkin.*\bc(anned|ooked)\b|solids and liquids", VEGETABLES_IN_LIQUID),
        (r"", VEGETABLES),
    ),
    "berries": _clues(
        (r"\b(juice|dried|canned|sauce|relish|seedless|jam|nectar|cape|drink|concentrate)\b", None),
        (r"^(blue|straw|rasp|black|cran|boysen|logan|elder|goose|mul|cloud|lingon)berries|^berries|^currants", BERRIES),
    ),
    "nuts": _clues(
        (
            r"chestnut|coconut|ginkgo|acorn|\bseeds?\b|sesame|tahini|flour|paste"
            r"|(?<!excluding )honey|glazed|flavored|trail mix|jelly|choc|formul",
            None,
        ),
        (
            r"almond|brazil|cashew|hazelnut|filbert|macadamia|pecan|pine nut|pistachio|walnut"
            r"|butternut|beechnut|hickory|pilinut",
            NUTS,
        ),
        (r"^(mixed )?nuts|peanut", NUTS),
    ),
    "legumes": _clues(
        (
            r"meatless|veg(gie|etarian) (burger|fillet|meat)|bacon|frankfurter|sausage|extender"
            r"|luncheon|sandwich|meatball",
            None,
        ),
        (
            r"milk|yogurt|creamer|\bsilk\b(?!en)|sauce|miso|okara|flour|meal|protein|noodle"
            r"|vermicelli|papad|falafel|butter and",
            None,
        ),
        (
            r"with (beef|franks|pork|meat)|and franks|pork and|chili with|and tomatoes|liquid from"
            r"|yokan|wasabi|cheese|spread",
            None,
        ),
        (r"soy nut butter|\bfried|fermented|dried frozen|\bnog\b|carob|dessert|candy|honey", None),
        (r"peanut", NUTS),
        (r"tofu|soybean curd", TOFU),
        (r"hummus|refried|baked beans|beans baked|barbecue|^dal$|(?<!from )canned(?!.*drained)", BEANS_IN_LIQUID),
        (r"\b(mature seeds raw|beans dry|0 moisture|dry)$|\blentils.* raw$", BEANS_DRY),
        (r"beans?\b|lentils|chickpeas|\bpeas\b|cowpeas|soy ?beans|^soy nuts|edamame|tempeh|natto|lupins", BEANS),
    ),
    "whole_grains": _clues(
        (
            r"swirl|gluten free|flour|meal\b(?<!oatmeal)|\b(bran|germ|flavored|granola|cookies?"
            r"|bars?|pancakes|waffles|puffed)\b",
            None,
        ),
        (
            r"^(bread|rolls?|bagels?|muffins? english|english muffins?"
            r"|breadsticks) .*(?<!includes )whole (wheat|grain)",
            BREAD,
        ),
        (r"^(crackers|matzo)(?!.*cheese) .*(whole|woven) wheat|rice cakes brown rice", GRAINS_DRY),
        (r"^tortillas?.* (corn|whole wheat)$|shredded wheat plain", GRAINS_DRY),
        (
            r"popcorn(?!.*\b(added butter|caramel|cheese|cake|kettle)\b).*\b(air popped|no butter added|plain)\b",
            GRAINS_DRY,
        ),
        (
            r"^oatmeal (nfs|fast food plain|reduced sugar)|^whole wheat cereal cooked|^(amaranth grain|teff) cooked",
            PORRIDGE,
        ),
        (r"^oats whole grain|quick oats .*dry$|^cereals whole wheat", GRAINS_DRY),
        (r"^(pasta|noodles|spaghetti|macaroni) whole .*dry", GRAINS_DRY),
        (r"^(pasta|noodles|spaghetti|macaroni) whole", GRAINS_COOKED),
        (
            r"^(amaranth|buckwheat|bulgur|einkorn|khorasan|millet|quinoa|rice (brown|black|red)|spelt|teff|wild rice)"
            r".*\b(uncooked|raw|dry|whole grain)\b|^buckwheat$|^barley hulled|^wheat (durum"
            r"|khorasan uncooked|hard|soft)|^(rye|sorghum) .*grain",
            GRAINS_DRY,
        ),
        (r"pearled|white|with (carrots|corn|peas|gravy)", None),
        (
            r"^(quinoa|bulgur|buckwheat|millet|spelt cooked|wheat khorasan cooked|rice (brown|wild)|wild rice cooked)",
            GRAINS_COOKED,
        ),
    ),
    "fish": _clues(
        (
            r"fried|breaded|coated|stick|nugget|\broe\b|caviar|eggs|surimi|imitation|gefilte|salad"
            r"|\boil\b(?<!in oil)|\bliver\b",
            None,
        ),
        (r"\bnfs\b|ns as to", None),
        (
            r"^(fish|cod|halibut|salmon|snapper|sea bass|swordfish|mahi mahi|tuna|pollock"
            r"|haddock) .*\b(raw|wild caught)\b",
            FISH_RAW,
        ),
        (r"^(fish|cod|halibut|salmon|snapper|sea bass|swordfish|mahi mahi|tuna|pollock|haddock) ", FISH),
    ),
    "oils": _clues((r"^(oil olive|olive oil)\b", OLIVE_OIL)),
}

_SHOWN_WITH = {"nuts": "nuts_and_seeds", "berries": "berries", "beans": "legumes"}
_SWEETS = "sweets_and_snacks"
_SHOWN_ELSEWHERE = (
    ("dairy", re.compile(r"^eggs?\b"), "meat_and_eggs"),
    ("fruit", re.compile(r"\b(juice(?! pack)|nectar)\b"), "drinks"),
    ("vegetables", re.compile(r"\bjuice\b"), "drinks"),
    ("vegetables", re.compile(r"^(catsup|pickle relish)"), "sauces_and_condiments"),
    ("legumes", re.compile(r"soy ?milk|silk .*(nog|mocha|chai)"), "drinks"),
    (
        "grains_and_bread",
        re.compile(r"^(archway|cake|cookies?|pies?|danish|doughnuts|strudel|cinnamon buns|croissants)\b"),
        _SWEETS,
    ),
    (
        "grains_and_bread",
        re.compile(r"^(toaster pastries|sweet rolls|pastry|tart|cream puff|muffins?(?!.*english))\b"),
        _SWEETS,
    ),
    ("grains_and_bread", re.compile(r"^(pancakes|waffles|french toast)\b"), "breakfast"),
    ("dishes", re.compile(r"^(gravy|sauce)\b"), "sauces_and_condiments"),
    ("fats_and_oils", re.compile(r"dressing|mayonnaise"), "sauces_and_condiments"),
)


@dataclass(frozen=True, slots=True)
class Mapped:
    category: str
    serving: Serving | None


def mapped(name: str, data_type: str, usda_category: str) -> Mapped | None:
    """None for a category that `usda_categories.csv` doesn't have."""
    listed = categories().get((DATA[data_type], usda_category))
    if listed is None:
        return None
    category, rule = listed
    folded = fold(name)
    serving = next((serving for words, serving in RULES[rule] if words.search(folded)), None) if rule else None
    if serving is not None:
        return Mapped(_SHOWN_WITH.get(serving.group, category), serving)
    elsewhere = (to for here, words, to in _SHOWN_ELSEWHERE if here == category and words.search(folded))
    return Mapped(next(elsewhere, category), None)


def gives(serving: Serving | None, grams: Decimal) -> dict[str, Decimal]:
    """Servings in so many grams, to the hundredth."""
    if serving is None:
        return {}
    servings = (grams / serving.grams).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return {serving.group: min(servings, Decimal(MOST_GIVEN))} if servings else {}


@cache
def categories(folder: Path = FOLDER) -> Mapping[tuple[str, str], tuple[str, str]]:
    """Where a list shows a category of the USDA's, and the rule that reads its names, empty for a neutral category."""
    with (folder / CATEGORIES).open(encoding="utf-8", newline="") as file:
        return {(row["data"], row["usda_category"]): (row["category"], row["rule"]) for row in csv.DictReader(file)}
