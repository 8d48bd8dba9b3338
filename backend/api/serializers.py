"""Bodies of requests that are read by DRF: only the fields that an endpoint declares."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses unknown fields; read-only ones are ignored, so that GET, edit, PATCH works."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := data.keys() - self.fields.keys()):
            raise serializers.ValidationError(
                {name: serializers.ErrorDetail("There is no such field.", "unknown_field") for name in sorted(unknown)}
            )
        return super().to_internal_value(data)
