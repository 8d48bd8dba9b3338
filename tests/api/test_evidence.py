"""The evidence cards over REST: open to anybody, in both languages, kept by whoever has them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Phone, exercise
from tracker.evidence import read_evidence
from tracker.scoring.protocol import WES_1_0_0
from tracker.scoring.weeks import Week

pytestmark = pytest.mark.django_db


@pytest.fixture
def stranger(phone: Phone) -> Phone:
    """Somebody without a token: what they get is held against the document too."""
    phone.client.credentials()
    return phone


def test_all_cards_come_with_what_their_grades_mean(stranger: Phone) -> None:
    document = stranger.get("/v1/evidence").json()
    assert document["protocol"] == "wes-1.0.0"
    assert document["disclaimer"].startswith("General wellness information")
    assert [card["id"] for card in document["cards"]] == list(read_evidence().cards)
    meanings = {grade["grade"]: grade["meaning"] for grade in document["grades"]}
    for card in document["cards"]:
        assert card["grade_meaning"] == meanings[card["grade"]]
        assert card["caveats"][-len(document["caveats"]) :] == document["caveats"]
        assert card["changes"][-1]["version"] == card["version"]
    strength = next(card for card in document["cards"] if card["id"] == "strength_training")
    assert strength["effects"][1] == {
        "measure": "MD",
        "value": 0.73,
        "low": 0.04,
        "high": 1.42,
        "unit": "ng/mL",
        "studies": None,
        "participants": None,
        "population": "people of 60 and over",
        "source": "Geriatric Nursing 2023",
        "doi": "10.1016/j.gerinurse.2023.08.022",
    }


def test_a_card_can_be_read_by_itself(stranger: Phone) -> None:
    for card in stranger.get("/v1/evidence?language=es").json()["cards"]:
        assert stranger.get(f"/v1/evidence/{card['id']}?language=es").json() == card
    answer = stranger.get("/v1/evidence/sleep")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_texts_come_in_the_language_asked_for(stranger: Phone) -> None:
    spanish = stranger.get("/v1/evidence?language=es-MX").json()
    assert spanish["cards"][0]["title"] == "Una sesión aeróbica"
    assert spanish["disclaimer"].startswith("Información general de bienestar")
    assert stranger.get("/v1/evidence?language=fi").json() == stranger.get("/v1/evidence").json()
    assert stranger.get("/v1/evidence", accept_language="es").json() == stranger.get("/v1/evidence").json()


@pytest.mark.parametrize("path", ["/v1/evidence", "/v1/evidence/tai_chi"])
def test_who_has_them_gets_304_in_that_language_alone(stranger: Phone, path: str) -> None:
    first = stranger.get(path)
    assert first["Cache-Control"] == "public, max-age=300"
    again = stranger.get(path, if_none_match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert stranger.get(f"{path}?language=es", if_none_match=first["ETag"]).status_code == 200


@pytest.mark.parametrize("query", ["language=!", "since=1", "language=en&language=es"])
def test_parameters_that_mean_nothing_are_refused(stranger: Phone, query: str) -> None:
    assert stranger.get(f"/v1/evidence?{query}").status_code == 422
    assert stranger.get(f"/v1/evidence/tai_chi?{query}").status_code == 422


def test_every_practice_names_its_cards(stranger: Phone) -> None:
    cards = {card["id"]: card for card in stranger.get("/v1/evidence").json()["cards"]}
    practices = stranger.get("/v1/catalogue/practices").json()["results"]
    assert len(practices) == len(WES_1_0_0.practices)
    for practice in practices:
        assert practice["evidence"]
        assert all(practice["code"] in cards[name]["practices"] for name in practice["evidence"])


def test_no_database_is_asked(stranger: Phone, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert stranger.get("/v1/evidence").status_code == 200
        assert stranger.get("/v1/evidence/tai_chi").status_code == 200
        assert stranger.get("/v1/catalogue/practices").status_code == 200


def test_a_card_beside_a_suggestion_hides_its_numbers_with_all_others(phone: Phone, last_week: Week) -> None:
    phone.post("/v1/exercise-logs", exercise(last_week.monday))
    path = f"/v1/weeks/{last_week}/guidance"
    shown = [item["evidence"] for item in phone.get(path).json()["suggestions"]]
    assert any(card["effects"] for card in shown)
    phone.patch("/v1/me", {"hide_numbers": True})
    hidden = [item["evidence"] for item in phone.get(path).json()["suggestions"]]
    assert [card["id"] for card in hidden] == [card["id"] for card in shown]
    for card in hidden:
        assert (card["finding"], card["effects"], card["years"]) == (card["in_words"], [], [])
