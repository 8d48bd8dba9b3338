"""Instances that are made past Django's own reading: only of models where that makes no difference."""

from __future__ import annotations

import pytest

from backend.postgres.instances import columns_of
from tracker.models import DietLog


def test_models_with_fields_that_django_converts_are_refused() -> None:
    with pytest.raises(TypeError, match="DietLog: Django converts items"):
        columns_of(DietLog)
