"""The items of a meal as rows of a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from tracker.record_types.diet import MAX_ITEMS
from tracker.scoring.protocol import FOOD_GROUPS

EMPTY_ROWS = 3
PARTS = ("food", "food_group", "servings")
GROUPS = [("", "By the food"), *((code, code.replace("_", " ").capitalize()) for code in FOOD_GROUPS)]

Row = dict[str, str]


class ItemsWidget(forms.Widget):
    """A row for each item, and some that are empty; a row that is emptied is taken out. A food brings its group along."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: dict[str, forms.Widget] = {
            "food": UnfoldAdminTextInputWidget(attrs={"placeholder": "Food's code"}),
            "food_group": UnfoldAdminSelectWidget(choices=GROUPS),
            "servings": UnfoldAdminIntegerFieldWidget(attrs={"placeholder": "Servings", "step": "any"}),
        }

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        rows = [*typed_rows(value), *({} for _ in range(EMPTY_ROWS))][: MAX_ITEMS + EMPTY_ROWS]
        drawn = [
            [
                self.parts[part].render(
                    f"{name}-{at}-{part}",
                    row.get(part, ""),
                    {"id": f"id_{name}-{at}-{part}", "aria-label": f"{part.replace('_', ' ')} of item {at + 1}"},
                    renderer,
                )
                for part in PARTS
            ]
            for at, row in enumerate(rows)
        ]
        return render_to_string("tracker/admin/diet_items.html", {"rows": drawn})

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[Row]:
        rows = (
            {part: str(data.get(f"{name}-{at}-{part}", "")).strip() for part in PARTS}
            for at in range(MAX_ITEMS + EMPTY_ROWS)
        )
        return [{**row, "food_group": "" if row["food"] else row["food_group"]} for row in rows if any(row.values())]

    def id_for_label(self, id_: str) -> str:
        return f"{id_}-0-food" if id_ else ""


class ItemsField(forms.Field):
    widget = ItemsWidget

    def clean(self, value: list[Row]) -> list[dict[str, str | None]]:
        """As an app would send them."""
        return [{**dict.fromkeys(PARTS), **{part: text for part, text in row.items() if text}} for row in value]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return typed_rows(initial) != typed_rows(data)


def typed_rows(items: Any) -> list[Row]:
    """Items, from a record or as they were posted, by what stands in the fields."""
    return [
        {
            "food": item["food"] or "",
            "food_group": "" if item["food"] else item["food_group"] or "",
            "servings": str(item["servings"]),
        }
        for item in items or []
    ]
