"""Bodies of requests that are read by DRF: only the fields that an endpoint declares, each of its own JSON type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers


class SentText(serializers.CharField):
    """A text whose length counts as it was sent, as the document says: blanks at its ends are taken off after that."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if isinstance(data, str) and self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().run_validation(data)


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses unknown fields; read-only ones are ignored, so that GET, edit, PATCH works. Converts nothing: DRF alone takes the
    number 5 for a text and the text "5" for a number."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            if unknown := data.keys() - self.fields.keys():
                raise serializers.ValidationError(
                    {
                        name: serializers.ErrorDetail("There is no such field.", "unknown_field")
                        for name in sorted(unknown)
                    }
                )
            given = [(name, field) for name, field in self.fields.items() if name in data and not field.read_only]
            if errors := {name: detail for name, field in given if (detail := _wrong_type(field, data[name]))}:
                raise serializers.ValidationError(errors)
        return super().to_internal_value(data)


def _wrong_type(field: Any, value: Any) -> Any:
    """The field's own refusal of a value of another JSON type; None for one that it may judge itself."""
    if isinstance(field, serializers.ListField) and isinstance(value, list):
        return {index: detail for index, item in enumerate(value) if (detail := _wrong_type(field.child, item))}
    if value is None or (isinstance(value, _types_of(field)) and (_bool_too(field) or not isinstance(value, bool))):
        return None
    try:
        field.fail("invalid_choice" if isinstance(field, serializers.ChoiceField) else "invalid", input=value)
    except serializers.ValidationError as error:
        return error.detail


def _types_of(field: Any) -> tuple[type, ...]:
    if isinstance(field, serializers.CharField):
        return (str,)
    if isinstance(field, serializers.IntegerField):
        return (int, float)
    if isinstance(field, serializers.BooleanField):
        return (bool,)
    if isinstance(field, serializers.ChoiceField):
        return tuple({type(choice) for choice in field.choices})
    return (object,)


def _bool_too(field: Any) -> bool:
    return isinstance(field, (serializers.BooleanField, serializers.BaseSerializer, serializers.ListField))
