"""The items of a meal as rows of a form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from tracker.record_types.diet_items import MAX_ITEMS
from tracker.scoring.protocol import FOOD_GROUPS

EMPTY_ROWS = 3
PARTS = ("food", "food_group", "servings", "measures")
OWN = "own"
OWN_FIELDS = ("name", "own_food", "gives")
GROUPS = [("", "By the food"), *((code, code.replace("_", " ").capitalize()) for code in FOOD_GROUPS)]

Row = dict[str, str]


class ItemsWidget(forms.Widget):
    """A row for each item, and some that are empty; a row that is emptied is taken out. A food brings its group along.

    Something of the participant's own shows its name; how much of it there was can be corrected, and it can be taken out.
    """

    def __init__(self) -> None:
        super().__init__()
        self.parts: dict[str, forms.Widget] = {
            "food": UnfoldAdminTextInputWidget(attrs={"placeholder": "Food's code"}),
            "food_group": UnfoldAdminSelectWidget(choices=GROUPS),
            "servings": UnfoldAdminIntegerFieldWidget(attrs={"placeholder": "Servings", "step": "any"}),
            "measures": UnfoldAdminIntegerFieldWidget(attrs={"placeholder": "or measures", "step": "any"}),
        }

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        rows = [*typed_rows(value), *({} for _ in range(EMPTY_ROWS))][: MAX_ITEMS + EMPTY_ROWS]
        drawn = [
            {
                "own": json.loads(row[OWN])["name"] if row.get(OWN) else None,
                "hidden": forms.HiddenInput().render(f"{name}-{at}-{OWN}", row.get(OWN, ""), {}, renderer),
                "parts": [self._part(name, at, part, row, renderer) for part in _parts(row)],
            }
            for at, row in enumerate(rows)
        ]
        return render_to_string("tracker/admin/diet_items.html", {"rows": drawn})

    def _part(self, name: str, at: int, part: str, row: Row, renderer: Any) -> SafeString:
        label = {"id": f"id_{name}-{at}-{part}", "aria-label": f"{part.replace('_', ' ')} of item {at + 1}"}
        return self.parts[part].render(f"{name}-{at}-{part}", row.get(part, ""), label, renderer)

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[Row]:
        rows = [
            {part: str(data.get(f"{name}-{at}-{part}", "")).strip() for part in (*PARTS, OWN)}
            for at in range(MAX_ITEMS + EMPTY_ROWS)
        ]
        for row in rows:
            row[OWN] = _as_we_wrote_it(row[OWN])
        return [
            {**row, "food_group": "" if row["food"] else row["food_group"]}
            for row in rows
            if any(row[part] for part in _parts(row))
        ]

    def id_for_label(self, id_: str) -> str:
        return f"{id_}-0-food" if id_ else ""


class ItemsField(forms.Field):
    widget = ItemsWidget

    def clean(self, value: list[Row]) -> list[dict[str, Any]]:
        """As an app would send them."""
        items = []
        for row in value:
            item: dict[str, Any] = {**dict.fromkeys(PARTS), **{part: row[part] for part in _parts(row) if row[part]}}
            if row[OWN]:
                item |= json.loads(row[OWN])
            items.append(item)
        return items

    def has_changed(self, initial: Any, data: Any) -> bool:
        return typed_rows(initial) != typed_rows(data)


def _as_we_wrote_it(own: str) -> str:
    """Nothing for what somebody has tampered with."""
    try:
        fields = json.loads(own)
    except ValueError:
        return ""
    whole = isinstance(fields, dict) and fields.keys() == set(OWN_FIELDS) and isinstance(fields["name"], str)
    return own if whole else ""


def _parts(row: Mapping[str, str]) -> tuple[str, ...]:
    return ("measures",) if row.get(OWN) else PARTS


def typed_rows(items: Any) -> list[Row]:
    """Items, from a record or as they were posted, by what stands in the fields."""
    return [_typed(item) for item in items or []]


def _typed(item: Mapping[str, Any]) -> Row:
    if OWN in item:  # as posted
        return dict(item)
    measures = item.get("measures")
    return {
        "food": item["food"] or "",
        "food_group": "" if item["food"] else item["food_group"] or "",
        "servings": "" if measures is not None or item["servings"] is None else str(item["servings"]),
        "measures": "" if measures is None else str(measures),
        OWN: json.dumps({field: item[field] for field in OWN_FIELDS}) if item.get("name") else "",
    }
