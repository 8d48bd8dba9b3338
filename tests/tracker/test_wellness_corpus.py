"""The wellness check against texts that were written without a look at it (`wellness_corpus/README.md`), and its speed."""

from __future__ import annotations

import csv
import time
from pathlib import Path
from typing import Any

import pytest

from tracker.wellness import check_text
from tracker.wellness_rules import RULES

CORPUS = Path(__file__).parent / "wellness_corpus"
RECALL = 0.99
FALSE_ALARMS = 0.02


def read_texts(name: str) -> list[str]:
    with (CORPUS / name).open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)]


@pytest.mark.parametrize("language", sorted(RULES))
def test_what_no_participant_may_receive_is_found(language: str, record_property: Any) -> None:
    texts = read_texts(f"must_fail_{language}.csv")
    missed = [text for text in texts if not check_text(text, language=language)]
    recall = 1 - len(missed) / len(texts)
    record_property("told", f"{language}: {len(texts)} texts that must fail, {recall:.1%} found")
    print(f"{language}: recall {recall:.1%} of {len(texts)}")
    assert len(texts) >= 350
    assert recall >= RECALL, missed


@pytest.mark.parametrize("language", sorted(RULES))
def test_what_good_guidance_says_passes(language: str, record_property: Any) -> None:
    texts = read_texts(f"must_pass_{language}.csv")
    refused = [(text, hits) for text in texts if (hits := check_text(text, language=language))]
    false_alarms = len(refused) / len(texts)
    record_property("told", f"{language}: {len(texts)} texts that must pass, {false_alarms:.1%} refused")
    print(f"{language}: false alarms {false_alarms:.1%} of {len(texts)}")
    assert len(texts) >= 250
    assert false_alarms <= FALSE_ALARMS, refused


@pytest.mark.parametrize("language", sorted(RULES))
def test_every_hit_stands_in_the_original_text(language: str) -> None:
    for text in read_texts(f"must_fail_{language}.csv"):
        for hit in check_text(text, language=language):
            assert 0 <= hit.start < hit.end <= len(text)
            assert hit.match == text[hit.start : hit.end]


DISGUISED = [
    ("en", "body", "c*lories", "Count your c*lories."),
    ("en", "body", "c4l0r135", "Count your c4l0r135."),
    ("en", "body", "cal<b>or</b>ies", "Count your cal<b>or</b>ies."),
    ("en", "body", "cal&shy;ories", "Count your cal&shy;ories."),
    ("en", "body", "cal-or-ies", "Count your cal-or-ies."),
    ("en", "body", "c🍎a🍎l🍎o🍎r🍎i🍎e🍎s", "Count your c🍎a🍎l🍎o🍎r🍎i🍎e🍎s."),
    ("en", "body", "calo ries", "Count your calo ries."),
    ("en", "body", "caaalories", "Count your caaalories."),
    ("en", "body", "c\u0337alories", "Count your c\u0337alories."),
    ("en", "body", "ćałôṙǐẽś", "Count your ćałôṙǐẽś."),
    ("en", "body", "\u0441\u0430l\u043eri\u0435s", "Count your \u0441\u0430l\u043eri\u0435s."),
    ("en", "body", "ca\u200blo\u2060ries", "Count your ca\u200blo\u2060ries."),
    ("es", "body", "c*lorías", "Cuenta tus c*lorías."),
    ("es", "body", "c a l o r í a s", "Cuenta tus c a l o r í a s."),
    ("es", "product", "vita mina", "Una vita mina al día."),
]


@pytest.mark.parametrize(("language", "rule", "match", "text"), DISGUISED)
def test_disguises_are_seen_through(language: str, rule: str, match: str, text: str) -> None:
    place = text.index(match)
    found = [(hit.rule, hit.start, hit.end) for hit in check_text(text, language=language)]
    assert (rule, place, place + len(match)) in found


PLAIN = {
    "en": "You logged 90 of 150 active minutes; ten more would add points. Take a slow walk after lunch with a friend. ",
    "es": "Registraste 90 de 150 minutos activos; con diez más sumarías puntos. Sal a caminar después del desayuno. ",
}


@pytest.mark.parametrize("language", sorted(RULES))
def test_a_message_takes_a_moment(language: str) -> None:
    """2 ms of work for 500 characters; the least of many runs, with room for a slow or busy machine."""
    text = (PLAIN[language] * 5)[:500]
    assert check_text(text, language=language) == ()
    assert min(_seconds(text, language) for _ in range(50)) < 0.004


@pytest.mark.parametrize("language", sorted(RULES))
@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "a ",
        "a-",
        "1a",
        "a*",
        "<",
        "<a ",
        "&a",
        "risk ",
        "reduce ",
        "ni un ",
        "perd racha ",
        "give a a ",
        "\n",
        "é",
    ],
)
def test_no_text_takes_the_square_of_its_length(language: str, piece: str) -> None:
    text = (piece * 30_000)[:30_000]
    assert _seconds(text, language) < 5


def _seconds(text: str, language: str) -> float:
    start = time.process_time()
    check_text(text, language=language)
    return time.process_time() - start
