"""Participants are spoken to in their language: weeks, guidance and the weekly summary, in Spanish from end to end."""

from __future__ import annotations

import email
import email.policy
import re
from functools import cache
from typing import Any

import pytest
from django.utils import timezone, translation
from django.utils.formats import date_format

from backend.outbox.models import OutgoingMail
from backend.outbox.sending import send_mail
from tests.conftest import Mailbox, Phone, exercise, meal, utc
from tests.translations.catalogues import read
from tracker.scoring.weeks import Week
from tracker.weekly_summaries import close_weeks

pytestmark = pytest.mark.django_db

SPANISH_DISCLAIMER = (
    "Información general de bienestar sobre las actividades que registraste. No mide ni predice el BDNF ni ninguna enfermedad,"
    " y no es consejo médico, diagnóstico ni tratamiento. El BDNF en sangre es un marcador indirecto de investigación y su"
    " relación con el cerebro es incierta."
)


@cache
def english_parts() -> list[tuple[str, list[str]]]:
    """What stands between the placeholders of the texts to translate, and the ways in which it may be written."""
    parts = []
    for message in read("es"):
        if message.string == message.id:  # bytes are bytes
            continue
        for original in message.id if isinstance(message.id, tuple | list) else [message.id]:
            for part in re.split(r"%\(\w+\)s|<[^>]+>", original):
                part = part.strip(" .,;:")
                if len(part) > 3:
                    ways = [part, part[:1].upper() + part[1:], *([part.upper()] if " " in part else [])]
                    parts.append((part, ways))
    return parts


def english_left_in(text: str) -> list[str]:
    """The texts to translate that stand in this one, or what stands between the placeholders of those."""
    words = " ".join(text.split())
    return [
        part
        for part, ways in english_parts()
        if any(way in words and re.search(rf"(?<!\w){re.escape(way)}(?!\w)", words) for way in ways)
    ]


def log_a_week(phone: Phone, week: Week) -> None:
    for day in week.days:
        phone.post("/v1/exercise-logs", exercise(day, minutes=20, activity="walk"))
        phone.post("/v1/diet-logs", meal(day, leafy_greens=1, olive_oil=1))


def summary_of(phone: Phone, week: Week, mailbox: Mailbox) -> tuple[str, str, str]:
    """Subject, text and HTML as they arrive."""
    close_weeks(now=utc(f"{week.next().monday}T08:00:00Z"))
    OutgoingMail.objects.update(next_attempt_at=timezone.now(), expires_at=None)
    assert send_mail() == 1
    message: Any = email.message_from_bytes(mailbox.messages[0], policy=email.policy.default)
    return (
        message["Subject"],
        message.get_body(("plain",)).get_content(),
        message.get_body(("html",)).get_content(),
    )


def test_a_summary_is_spanish_from_the_subject_to_the_last_line(
    phone: Phone, last_week: Week, mailbox: Mailbox
) -> None:
    assert phone.patch("/v1/me", {"language": "es", "display_name": "Rosa"}).json()["language"] == "es"
    log_a_week(phone, last_week)
    subject, text, html = summary_of(phone, last_week, mailbox)
    assert subject == "Tu semana está lista"
    mail = OutgoingMail.objects.get()
    score = str(mail.context["score"]).replace(".", ",")
    words = " ".join(text.split())
    assert words.startswith("Rosa, tu semana está lista Del ")
    with translation.override("es"):
        first, last = (date_format(day, "MONTH_DAY_FORMAT") for day in (last_week.first_day, last_week.last_day))
    assert f"Del {first} al {last} {score} de 100 en la semana" in words
    assert "LO QUE SALIÓ BIEN" in text
    assert "IDEAS PARA LA SEMANA QUE EMPIEZA" in text
    assert SPANISH_DISCLAIMER in words
    assert "Recibes este correo porque los resúmenes semanales están activados en tu perfil." in words
    assert re.search(r'<html[^>]* lang="es"', html)
    exercise_score = str(mail.context["domains"][0]["score"]).replace(".", ",")
    assert f'alt="La semana: {score} de 100. Ejercicio: al menos {exercise_score} de 100.' in html or (
        f'alt="La semana: {score} de 100. Ejercicio: {exercise_score} de 100.' in html
    )
    shown = re.sub(r"<style.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)
    for part in (subject, text, shown):
        assert english_left_in(part) == []


def test_an_english_summary_would_not_pass_for_spanish(phone: Phone, last_week: Week, mailbox: Mailbox) -> None:
    log_a_week(phone, last_week)
    _, text, _ = summary_of(phone, last_week, mailbox)
    assert {"Your week is ready", "What went well", "of 100 for the week"} <= set(english_left_in(text))


def test_hidden_numbers_are_spanish_words(phone: Phone, last_week: Week, mailbox: Mailbox) -> None:
    phone.patch("/v1/me", {"language": "es", "hide_numbers": True})
    log_a_week(phone, last_week)
    _, text, _ = summary_of(phone, last_week, mailbox)
    assert "Alimentación: " in text
    assert "Hay lugar para más " in text
    assert english_left_in(text) == []


def test_guidance_is_in_the_participants_language_or_the_one_asked_for(phone: Phone, last_week: Week) -> None:
    log_a_week(phone, last_week)
    path = f"/v1/weeks/{last_week}/guidance"
    english = phone.get(path).json()
    spanish = phone.get(f"{path}?language=es").json()
    assert english["suggestions"][0]["reason"].startswith("You logged ")
    assert spanish["disclaimer"] == SPANISH_DISCLAIMER
    assert [item["id"] for item in spanish["suggestions"]] == [item["id"] for item in english["suggestions"]]
    for item, same in zip(spanish["suggestions"], english["suggestions"], strict=True):
        assert item["reason"].startswith("Registraste ")
        assert item["evidence"]["grade"] == same["evidence"]["grade"]
        evidence = item["evidence"]
        shown = [
            item["title"],
            item["text"],
            item["reason"],
            item["safety"],
            *(evidence[name] for name in ("title", "finding", "in_words", "grade_label", "grade_meaning")),
        ]
        for text in (*shown, *(caveat["text"] for caveat in evidence["caveats"])):
            assert english_left_in(text or "") == []
        assert item["text"] != same["text"]
    assert spanish["keep_going"]["text"] != english["keep_going"]["text"]
    phone.patch("/v1/me", {"language": "es"})
    assert phone.get(path).json() == spanish
    assert phone.get(f"{path}?language=en").json() == english
    for tag, language in (("es-MX", spanish), ("EN-gb", english), ("fi", english)):
        assert phone.get(f"{path}?language={tag}").json() == language


def test_reasons_have_spanish_plurals_and_decimal_commas(phone: Phone, last_week: Week) -> None:
    phone.post("/v1/diet-logs", meal(last_week.monday, leafy_greens=1.5))
    phone.put(f"/v1/weeks/{last_week}/confirmation", {"domains": ["exercise", "cognitive", "diet"]})
    reasons = {
        item["practice"]: item["reason"]
        for item in phone.get(f"/v1/weeks/{last_week}/guidance?language=es").json()["suggestions"]
    }
    assert all(
        re.fullmatch(r"Registraste \d+ de \d+ [\w ]+; (con )?\d+ \w+ más .+\.", text) for text in reasons.values()
    ), reasons
    assert any(re.search(r"sumarías \d+,\d puntos en ", text) for text in reasons.values()), reasons


@pytest.mark.parametrize("path", ["/v1/weeks", "/v1/weeks/current", "/v1/weeks/{week}", "/v1/weeks/{week}/guidance"])
def test_an_etag_says_the_language(phone: Phone, last_week: Week, path: str) -> None:
    """A phone that switches languages must not be told that it has the document already."""
    path = path.format(week=last_week)
    english = phone.get(path)
    spanish = phone.get(f"{path}?language=es")
    assert english["ETag"] != spanish["ETag"]
    assert phone.get(f"{path}?language=en")["ETag"] == english["ETag"]
    assert english.json()["disclaimer"].startswith("General wellness information")
    assert spanish.json()["disclaimer"] == SPANISH_DISCLAIMER
    assert phone.get(path, **{"If-None-Match": english["ETag"]}).status_code == 304
    phone.patch("/v1/me", {"language": "es"})
    changed = phone.get(path, **{"If-None-Match": english["ETag"]})
    assert (changed.status_code, changed["ETag"]) == (200, spanish["ETag"])


@pytest.mark.parametrize("path", ["/v1/weeks", "/v1/weeks/current", "/v1/weeks/{week}", "/v1/weeks/{week}/guidance"])
def test_neither_header_nor_cookie_chooses(phone: Phone, last_week: Week, path: str) -> None:
    path = path.format(week=last_week)
    phone.client.cookies["django_language"] = "es"
    answer = phone.get(path, **{"Accept-Language": "es"})
    assert answer.json()["disclaimer"].startswith("General wellness information")
    for parameters, code in (("language=<b>", "malformed"), ("lang=es", "unknown_parameter")):
        refused = phone.get(f"{path}?{parameters}", **{"Accept-Language": "es"})
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["code"] == code
        assert refused.json()["detail"] == "Some parameters are not acceptable."


def test_a_language_without_texts_is_refused_and_nothing_changes(phone: Phone) -> None:
    phone.patch("/v1/me", {"language": "es"})
    refused = phone.patch("/v1/me", {"language": "fi"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "invalid_choice")
    assert phone.get("/v1/me").json()["language"] == "es"
    assert phone.get("/v1/server").json()["languages"] == ["en", "es"]
