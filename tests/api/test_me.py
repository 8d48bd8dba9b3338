"""`/v1/me`, `/v1/server` and the documents about the API."""

from __future__ import annotations

from typing import Any

import pytest
import structlog
from django.test import Client
from django.utils import timezone

from tests.conftest import Phone
from tracker.models import ParticipantFacts

pytestmark = pytest.mark.django_db


def test_the_profile_can_be_read_edited_and_sent_back(phone: Phone) -> None:
    profile = phone.get("/v1/me").json()
    profile["display_name"] = "Rosa"
    profile["weekly_email"] = {"enabled": False, "weekday": 6, "hour": 19}
    answer = phone.patch("/v1/me", profile)
    assert answer.status_code == 200
    assert answer.json() == profile
    assert phone.get("/v1/me").json() == profile


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"home_time_zone": "Atlantis/Capital"}, "/home_time_zone", "unknown_time_zone"),
        ({"birth_year": 1850}, "/birth_year", "min_value"),
        ({"not_applicable": ["chocolate"]}, "/not_applicable/0", "invalid_choice"),
        ({"weekly_email": {"hour": 24}}, "/weekly_email/hour", "max_value"),
        ({"weekly_email": {"minute": 5}}, "/weekly_email/minute", "unknown_field"),
        ({"is_staff": True}, "/is_staff", "unknown_field"),
        ({"language": "tlh"}, "/language", "invalid_choice"),
        ({"language": 1}, "/language", "invalid_choice"),
        ({"home_time_zone": 5}, "/home_time_zone", "invalid"),
        ({"birth_year": "1980"}, "/birth_year", "invalid"),
        ({"birth_year": True}, "/birth_year", "invalid"),
        ({"hide_numbers": "yes"}, "/hide_numbers", "invalid"),
        ({"not_applicable": ["fish", 7]}, "/not_applicable/1", "invalid_choice"),
        ({"weekly_email": {"weekday": "0"}}, "/weekly_email/weekday", "invalid_choice"),
    ],
)
def test_refused_changes_name_the_field_and_change_nothing(
    phone: Phone, changes: dict[str, Any], pointer: str, code: str
) -> None:
    before = phone.get("/v1/me").json()
    answer = phone.patch("/v1/me", {"display_name": "Never", **changes})
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert phone.get("/v1/me").json() == before
    assert not ParticipantFacts.objects.exists()
    phone.user.refresh_from_db()
    assert not phone.user.is_staff


def test_the_server_describes_itself_to_anybody(client: Client) -> None:
    answer = client.get("/v1/server").json()
    assert answer["protocol"] == "wes-1.0.0"
    assert answer["limits"]["page"] == 200
    assert "time" in answer


def test_the_openapi_document_covers_every_address(client: Client) -> None:
    document = client.get("/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    paths = {path.removeprefix("/v1") for path in document["paths"]}
    assert {"/exercise-logs", "/exercise-logs/{uid}", "/weeks/{week}/guidance", "/me", "/catalogue/foods"} <= paths
    assert document["components"]["schemas"]["NewExerciseLog"]["required"] == [
        "id",
        "activity",
        "started_at",
        "duration_seconds",
    ]
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["operationId"]
            assert operation["responses"]


def test_unknown_addresses_answer_with_a_problem(client: Client) -> None:
    answer = client.get("/v1/nowhere")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "not_found"


def test_a_method_that_is_not_there_answers_with_a_problem(phone: Phone) -> None:
    answer = phone.delete("/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


def test_the_catalogue_is_open_and_asked_for_once(client: Client, catalogue: None) -> None:
    for name in ("exercise-activities", "cognitive-activities", "foods", "practices"):
        answer = client.get(f"/v1/catalogue/{name}")
        assert answer.json()["results"]
        again = client.get(f"/v1/catalogue/{name}", headers={"If-None-Match": answer["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    found = client.get("/v1/catalogue/exercise-activities?q=tai").json()["results"]
    assert "tai_chi" in [entry["code"] for entry in found]
    assert client.get("/v1/catalogue/foods?colour=red").status_code == 422


def test_the_health_checks_answer(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "redis": "ok"})


def test_readiness_says_what_is_missing(client: Client, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "redis": "ConnectionError"})


def test_a_birth_year_to_come_is_refused_and_repeats_are_dropped(phone: Phone) -> None:
    answer = phone.patch("/v1/me", {"birth_year": timezone.now().year + 1})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/birth_year"
    answer = phone.patch("/v1/me", {"not_applicable": ["fish", "nuts", "fish"]})
    assert answer.json()["not_applicable"] == ["fish", "nuts"]


def test_query_strings_stay_out_of_the_logs(phone: Phone) -> None:
    with structlog.testing.capture_logs() as events:
        phone.get("/v1/exercise-logs?secret=value")
    assert {event.get("request", "") for event in events} >= {"GET /v1/exercise-logs"}
    assert "secret" not in str(events)
