"""Phones search as the server does: `clients/conformance/search.json` is run against both."""

from __future__ import annotations

from tests.tracker.catalogue.search_vectors import VECTORS, answered, read_vectors, written
from tracker.catalogue.folding import fold


def test_the_answers_are_those_of_the_index() -> None:
    vectors = read_vectors()
    assert answered(vectors)["queries"] == vectors["queries"]
    assert written(vectors) == VECTORS.read_text(encoding="utf-8")


def test_the_terms_are_as_a_download_has_them() -> None:
    for each in read_vectors()["lists"].values():
        for entry in (*each["entries"], *each.get("english", ())):
            assert entry["terms"] == [fold(term) for term in entry["terms"]]
