"""The project's files into the tables, again and again: at every deployment."""

from __future__ import annotations

import pytest

from tracker.catalogue.loading import load_catalogue
from tracker.models import Food
from tracker.models.catalogue import CatalogueVersion


@pytest.mark.django_db
def test_loading_again_changes_nothing() -> None:
    """No new version, which would make every app fetch the whole, and no history of nothing."""
    load_catalogue()
    version, histories = CatalogueVersion.objects.get().number, Food.history.count()
    done = load_catalogue()
    assert {name: (one.added, one.changed) for name, one in done.items()} == {
        "exercise activities": (0, 0),
        "cognitive activities": (0, 0),
        "foods": (0, 0),
    }
    assert CatalogueVersion.objects.get().number == version
    assert Food.history.count() == histories


@pytest.mark.django_db
def test_what_was_changed_in_an_entry_is_put_back() -> None:
    load_catalogue()
    Food.objects.filter(code="spinach").update(synonyms={"en": ["popeye"], "es": []})
    done = load_catalogue()
    assert (done["foods"].added, done["foods"].changed) == (0, 1)
    assert "popeye" not in Food.objects.get(code="spinach").synonyms["en"]
