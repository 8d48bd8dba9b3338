"""What the weekly mail says, as a document for apps."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from backend.outbox.models import MailState, OutgoingMail
from tests.conftest import Phone, cognitive
from tests.tracker.test_hidden_numbers import numbers_in
from tests.tracker.test_summaries_over_weeks import a_little
from tests.tracker.test_weekly_summaries import log_a_week, monday_morning
from tracker.scoring.weeks import Week
from tracker.weekly_summaries import close_weeks

pytestmark = pytest.mark.django_db


def test_it_says_what_the_mail_says(phone: Phone, last_week: Week, django_assert_max_num_queries: Any) -> None:
    a_little(phone, last_week.previous())
    close_weeks(now=monday_morning(last_week.previous()))
    OutgoingMail.objects.update(state=MailState.SENT, sent_at=timezone.now())
    for day in last_week.previous().days[:3]:
        phone.post("/v1/cognitive-logs", cognitive(day))
    log_a_week(phone, last_week)
    phone.get(f"/v1/weeks/{last_week}/summary")  # what is kept in the process
    with django_assert_max_num_queries(6):
        answer = phone.get(f"/v1/weeks/{last_week}/summary")
    document = answer.json()
    assert (document["headline"], document["open"], document["language"]) == ("Your week is ready", False, "en")
    assert [week["week"] for week in document["trend"]["weeks"]] == [str(last_week.previous()), str(last_week)]
    assert [correction["week"] for correction in document["corrections"]] == [str(last_week.previous())]
    assert 1 <= len(document["suggestions"]) <= 3
    with django_assert_max_num_queries(3):
        again = phone.get(f"/v1/weeks/{last_week}/summary", **{"If-None-Match": answer["ETag"]})
    assert again.status_code == 304

    close_weeks(now=monday_morning(last_week))
    context = OutgoingMail.objects.get(dedupe_key__endswith=f":{last_week}").context
    assert {name: context[name] for name in document.keys() - {"numbers_hidden"}} == {
        name: value for name, value in document.items() if name != "numbers_hidden"
    }
    OutgoingMail.objects.filter(dedupe_key__endswith=f":{last_week.previous()}").update(state=MailState.CANCELLED)
    changed = phone.get(f"/v1/weeks/{last_week}/summary", **{"If-None-Match": answer["ETag"]})
    assert (changed.status_code, changed.json()["corrections"]) == (200, [])


def test_who_hides_numbers_gets_none(phone: Phone, last_week: Week) -> None:
    phone.patch("/v1/me", {"hide_numbers": True})
    a_little(phone, last_week.previous())
    log_a_week(phone, last_week)
    for language in ("en", "es"):
        document = phone.get(f"/v1/weeks/{last_week}/summary?language={language}").json()
        assert document["numbers_hidden"] is True
        shown = {**document, "suggestions": [], "keep_going": None}  # their cards have addresses of sources
        assert list(numbers_in(shown)) == []


def test_a_week_that_runs_is_open(phone: Phone) -> None:
    current = Week.of(timezone.now().date())
    document = phone.get(f"/v1/weeks/{current}/summary?language=es").json()
    assert (document["open"], document["headline"]) == (True, "Tu semana hasta ahora")
    assert (document["nothing_logged"], document["suggestions"]) == (True, [])
    assert document["words"] == "Todavía no hay nada registrado, y no hay prisa."


def test_weeks_at_the_edges_of_time(phone: Phone) -> None:
    for week in (Week.of(date(2000, 1, 3)), Week.of(date(2098, 12, 22))):
        assert phone.get(f"/v1/weeks/{week}/summary").status_code in (200, 404)


def test_nobody_sees_anothers(phone: Phone, other_phone: Phone, last_week: Week) -> None:
    log_a_week(phone, last_week)
    document = other_phone.get(f"/v1/weeks/{last_week}/summary").json()
    assert (document["nothing_logged"], document["score"], document["trend"]["weeks"]) == (True, None, [])
