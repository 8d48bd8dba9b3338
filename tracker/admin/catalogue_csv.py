"""The catalogue as CSV: exported, changed in a spreadsheet, imported with a preview of what will change."""

from __future__ import annotations

from collections import Counter
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from import_export.fields import Field
from import_export.instance_loaders import CachedInstanceLoader
from import_export.resources import ModelResource
from import_export.results import Result
from tablib import Dataset

from tracker.admin.catalogue_forms import line_of, wellness_errors
from tracker.catalogue.changing import change_entries
from tracker.catalogue.columns import CatalogueFileError
from tracker.catalogue.spreadsheets import (
    COGNITIVE_SPREADSHEET,
    EXERCISE_SPREADSHEET,
    FOOD_SPREADSHEET,
    Spreadsheet,
)
from tracker.catalogue.versions import lock_catalogue
from tracker.models.catalogue import CatalogueEntry

REASON = "Imported from CSV"


class Column(Field):  # type: ignore[misc]
    """One column of an entry's line."""

    def __init__(self, spreadsheet: Spreadsheet[Any], column: str) -> None:
        super().__init__(attribute=column, column_name=column)
        self.spreadsheet = spreadsheet

    def get_value(self, instance: CatalogueEntry) -> str:
        return self.spreadsheet.line(instance)[self.column_name] if instance.code else ""


class CatalogueResource(ModelResource):  # type: ignore[misc]
    """Lines are read as those of the project's own files are. What a file doesn't mention stays; nothing is removed."""

    spreadsheet: ClassVar[Spreadsheet[Any]]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields = {column: Column(self.spreadsheet, column) for column in self.spreadsheet.columns}
        self._changed: list[Any] = []

    def get_fields(self, **kwargs: Any) -> list[Field]:
        return list(self.fields.values())

    get_import_fields = get_fields
    get_user_visible_fields = get_fields

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        self._changed = []
        missing = [column for column in self.spreadsheet.columns if column not in (dataset.headers or ())]
        unknown = [column for column in dataset.headers or () if column not in self.spreadsheet.columns]
        if missing or unknown:
            names = ", ".join(self.spreadsheet.columns)
            raise ValidationError(f"The columns should be {names}. Missing: {missing}. Unknown: {unknown}.")
        codes = Counter(dataset["code"])
        if twice := [code for code, count in codes.items() if count > 1]:
            raise ValidationError(f"These codes stand in the file twice: {', '.join(map(str, twice))}")
        if (expected := kwargs.get("expected_number")) is not None and lock_catalogue() != expected:
            raise ValidationError("The catalogue has changed since the preview: look at a new one.")

    def import_instance(self, instance: Any, row: dict[str, Any], **kwargs: Any) -> None:
        try:
            entry = self.spreadsheet.read(line_of(self.spreadsheet, row))
        except CatalogueFileError as error:
            raise ValidationError(error.reason) from error
        if errors := wellness_errors(entry, self.spreadsheet):
            raise ValidationError([f"{column}: {detail}" for column, detail in errors.items()])
        instance.say_as(entry)

    def save_instance(self, instance: Any, is_create: bool, row: dict[str, Any], **kwargs: Any) -> None:
        """All together, once every line has been read."""
        self._changed.append(instance)

    def after_import(self, dataset: Dataset, result: Result, **kwargs: Any) -> None:
        """For a preview too, so that what can't be stored is seen there; that is then rolled back."""
        if not result.has_errors() and not result.has_validation_errors():
            change_entries(self.spreadsheet.model, self._changed, by=kwargs.get("user"), reason=REASON)

    def after_init_instance(self, instance: Any, new: bool, row: dict[str, Any], **kwargs: Any) -> None:
        if new:
            instance.code = ""


class _Meta:
    import_id_fields = ("code",)
    instance_loader_class = CachedInstanceLoader
    skip_unchanged = True
    report_skipped = False
    clean_model_instances = False
    use_transactions = True


class ExerciseActivityResource(CatalogueResource):
    spreadsheet = EXERCISE_SPREADSHEET

    class Meta(_Meta):
        model = EXERCISE_SPREADSHEET.model


class CognitiveActivityResource(CatalogueResource):
    spreadsheet = COGNITIVE_SPREADSHEET

    class Meta(_Meta):
        model = COGNITIVE_SPREADSHEET.model


class FoodResource(CatalogueResource):
    spreadsheet = FOOD_SPREADSHEET

    class Meta(_Meta):
        model = FOOD_SPREADSHEET.model
