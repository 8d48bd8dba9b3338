"""An entry of the catalogue as a form: the columns of its spreadsheet, read and refused alike."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from backend.languages import LANGUAGE_CODES, LANGUAGES
from tracker.catalogue.columns import CatalogueFileError, Row
from tracker.catalogue.entries import EXERCISE_CATEGORIES, FOOD_CATEGORIES
from tracker.catalogue.spreadsheets import (
    COGNITIVE_SPREADSHEET,
    EXERCISE_SPREADSHEET,
    FOOD_SPREADSHEET,
    Spreadsheet,
)
from tracker.models import ExerciseActivity
from tracker.models.catalogue import CatalogueEntry
from tracker.scoring.protocol import COGNITIVE_CATEGORIES
from tracker.wellness import check_text

NO_OR_YES = (("false", "No"), ("true", "Yes"))
SEVERAL = "Several between semicolons, as people type them."
TEXT_COLUMNS = ("label", "synonyms", "household_measure", "examples")


def line_of(spreadsheet: Spreadsheet[Any], values: dict[str, Any]) -> Row:
    return Row("", 0, {column: str(values.get(column) or "").strip() for column in spreadsheet.columns})


def wellness_errors(entry: CatalogueEntry, spreadsheet: Spreadsheet[Any]) -> dict[str, str]:
    """By column, what its text says that no text here may say."""
    line = spreadsheet.line(entry)
    errors = {}
    for name in TEXT_COLUMNS:
        for language in LANGUAGE_CODES:
            column = f"{name}_{language}"
            if column in line and (hits := check_text(line[column], language=language)):
                errors[column] = f"This must not stand in a text for participants: {hits[0].match}"
    return errors


class EntryForm(forms.ModelForm):  # type: ignore[type-arg]
    """Codes are for ever: one is chosen when the entry is added, and stays."""

    spreadsheet: ClassVar[Spreadsheet[Any]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.adding = self.instance._state.adding
        if not self.adding:
            self.initial = {**self.initial, **self.spreadsheet.line(self.instance)}
            self.fields["code"].disabled = True

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if self.errors:
            return values
        try:
            entry = self.spreadsheet.read(line_of(self.spreadsheet, values))
        except CatalogueFileError as error:
            column = error.reason.partition(" ")[0]
            self.add_error(column if column in self.fields else None, error.reason)
            return values
        names = getattr(entry, "platform_names", [])
        others = ExerciseActivity.objects.exclude(code=entry.code)
        if taken := others.filter(platform_names__overlap=names).first() if names else None:
            shared = ", ".join(sorted({*names} & {*taken.platform_names}))
            self.add_error("platform_names", f"{shared} stands for {taken.code} already.")
        if self.adding and self.spreadsheet.model._default_manager.filter(code=entry.code).exists():
            self.add_error("code", "There is an entry with this code.")
        for column, detail in wellness_errors(entry, self.spreadsheet).items():
            self.add_error(column, detail)
        self.instance.say_as(entry)
        return values

    def _post_clean(self) -> None:
        """Not Django's way, column by column: the line has been read whole, and the instance is what it says."""


def _label(column: str) -> str:
    """`Household measure, English`"""
    for code, name in LANGUAGES:
        if column.endswith(f"_{code}"):
            return f"{column.removesuffix(f'_{code}').replace('_', ' ').capitalize()}, {name}"
    return {"met": "MET"}.get(column, column.replace("_", " ").capitalize())


def _form(
    spreadsheet: Spreadsheet[Any],
    *,
    categories: tuple[str, ...],
    flags: tuple[str, ...],
    may_be_empty: tuple[str, ...] = (),
    help_texts: dict[str, str] | None = None,
) -> type[EntryForm]:
    """With a field for each column, and why."""
    fields: dict[str, forms.Field] = {}
    for column in spreadsheet.columns:
        label = _label(column)
        several = column.startswith(("synonyms", "examples")) or column == "platform_names"
        help_text = (help_texts or {}).get(column, SEVERAL if several else "")
        if column in flags:
            fields[column] = forms.ChoiceField(
                choices=NO_OR_YES, widget=UnfoldAdminSelectWidget, label=label, help_text=help_text
            )
        elif column == "category":
            pairs = [(code, code.replace("_", " ").capitalize()) for code in categories]
            fields[column] = forms.ChoiceField(choices=pairs, widget=UnfoldAdminSelectWidget, label=label)
        else:
            widget = UnfoldAdminTextareaWidget(attrs={"rows": 2}) if several else UnfoldAdminTextInputWidget
            required = not several and column not in may_be_empty
            fields[column] = forms.CharField(required=required, widget=widget, label=label, help_text=help_text)
    fields["reason"] = forms.CharField(
        required=False, max_length=100, widget=UnfoldAdminTextInputWidget, help_text="Why, for the history."
    )
    meta = type("Meta", (), {"model": spreadsheet.model, "fields": ()})
    name = f"{spreadsheet.model.__name__}Form"
    return type(name, (EntryForm,), {**fields, "Meta": meta, "spreadsheet": spreadsheet, "__module__": __name__})


ExerciseActivityForm = _form(
    EXERCISE_SPREADSHEET,
    categories=EXERCISE_CATEGORIES,
    flags=("strength", "balance"),
    may_be_empty=("met", "compendium_code"),
    help_texts={
        "met": "Of the 2024 Compendium of Physical Activities, with one decimal; empty if uncertain: then the participant's"
        " effort decides.",
        "platform_names": "Such as healthkit:running, several between semicolons.",
    },
)
CognitiveActivityForm = _form(COGNITIVE_SPREADSHEET, categories=COGNITIVE_CATEGORIES, flags=("usually_social",))
FoodForm = _form(
    FOOD_SPREADSHEET,
    categories=FOOD_CATEGORIES,
    flags=("common",),
    may_be_empty=("gives",),
    help_texts={
        "gives": "Servings of each food group in one household measure: beans:1;other_vegetables:0.5. Empty: counts for no"
        " practice.",
        "common": "Among what people log most: found first.",
    },
)
