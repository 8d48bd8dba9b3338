"""The wellness check: what must fail fails, where it stands, tricks included; what is fine passes."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tracker import wellness_texts
from tracker.evidence import read_evidence
from tracker.wellness import DISCLAIMER, SAFETY_LINES, check_text

MUST_FAIL = [
    ("bdnf_claim", "Walking boosts your BDNF."),
    ("bdnf_claim", "Your BDNF may be low."),
    ("bdnf_claim", "A great week for BDNF levels!"),
    ("bdnf_claim", "This raises B.D.N.F. quickly."),
    ("disease_claim", "Reading prevents dementia."),
    ("disease_claim", "Slow down cognitive decline with berries."),
    ("disease_claim", "It can delay Alzheimer's disease."),
    ("disease_claim", "Exercise treats depression."),
    ("disease_claim", "Reverse ageing with tai chi."),
    ("risk_claim", "Fish reduces your risk of heart trouble."),
    ("risk_claim", "Lower the risk of stroke."),
    ("diagnosis", "This score screens for memory problems."),
    ("diagnosis", "We detect early signs."),
    ("diagnosis", "You may have a memory problem."),
    ("diagnosis", "A diagnostic tool for the mind."),
    ("brain_claim", "Lower your brain age."),
    ("brain_claim", "Rewire your mind in a week."),
    ("brain_claim", "Running stimulates neurogenesis."),
    ("brain_claim", "Clinically proven to help."),
    ("brain_claim", "Results guaranteed."),
    ("product", "Take a vitamin D capsule."),
    ("product", "Try 500 mg of omega-3."),
    ("product", "Intermittent fasting helps."),
    ("product", "Go keto for focus."),
    ("product", "Stop taking your medication."),
    ("product", "A glass of wine is fine."),
    ("body", "You burned 300 calories."),
    ("body", "Great for weight loss."),
    ("body", "You earned that cake."),
    ("body", "No more guilt about bad food."),
    ("body", "A detox smoothie."),
    ("shame", "You failed to reach your goal."),
    ("shame", "You only walked twice."),
    ("shame", "You broke your streak."),
    ("shame", "You are behind the others."),
    ("shame", "You rank fifth."),
    ("disease_claim", "Prevents d e m e n t i a."),
    ("disease_claim", "It pre\u200bvents demen\u00adtia."),
    ("body", "Burn c4lories."),
    ("bdnf_claim", "Boost your ＢＤＮＦ."),
    ("product", "Take a supp1ement."),
    ("diagnosis", "We d1agnose early."),
    ("shame", "You fаiled."),  # with a Cyrillic letter
]
MUST_PASS = [
    "You logged 90 of 150 active minutes; 10 more would add 4.3 points to exercise.",
    "Take a slow walk after lunch.",
    "Your usual level of effort is fine.",
    "Lift light weights twice a week.",
    "Meet a friend for a long conversation.",
    "Whole grains were your regulars this week.",
    "Enjoy your treat of berries.",
    "Raise your arms above your head, then lower them.",
    "Cycle to the shop at a low gear.",
    "The low sun is lovely on an evening walk.",
    "Play a card game with your neighbours.",
    "You may have noticed how pleasant that was.",
    "Read a chapter before bed.",
    "A slow-cooked bean stew is easy to make.",
    "Pick a weight that feels comfortable.",
    "Not enough data yet; log when you feel like it.",
    "There is no hurry. Your log will be here when you are.",
    "Put the phone in another room.",
    "Try a short tai chi sequence in the park.",
    "In 29 studies one aerobic session went with a brief change in a blood marker.",
    *SAFETY_LINES.values(),
]


@pytest.mark.parametrize(("rule", "text"), MUST_FAIL)
def test_what_must_never_be_said_is_found(rule: str, text: str) -> None:
    hits = check_text(text)
    assert rule in [hit.rule for hit in hits]
    for hit in hits:
        assert text[hit.start : hit.end] == hit.match
        assert hit.reason


@pytest.mark.parametrize("text", MUST_PASS)
def test_what_is_fine_passes(text: str) -> None:
    assert check_text(text) == ()


def test_places_are_those_of_the_original_text() -> None:
    (hit,) = check_text("Soup, walks and\u200b wi\u00adne.")
    assert (hit.rule, hit.match, hit.start) == ("product", "wi\u00adne", 17)


def test_every_stored_and_generated_text_passes() -> None:
    count = 0
    for place, text in wellness_texts.participant_texts():
        assert check_text(text) == (), (place, text)
        count += 1
    assert count > 400


def test_the_disclaimer_is_exempt_by_its_id_alone() -> None:
    assert check_text(DISCLAIMER) != ()
    assert DISCLAIMER not in [text for _, text in wellness_texts.participant_texts()]


def test_evidence_is_told_as_research() -> None:
    for card in read_evidence().cards.values():
        assert check_text(card.finding) == ()


def test_the_command_fails_on_a_planted_violation(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    call_command("check_wellness")
    assert "no hits" in capsys.readouterr().out
    planted = [("planted.json: 1", "This will cure dementia.")]
    monkeypatch.setattr(wellness_texts, "participant_texts", lambda: iter(planted))
    with pytest.raises(SystemExit) as stop:
        call_command("check_wellness")
    assert stop.value.code == 1
    assert "planted.json: 1: disease_claim 'cure dementia'" in capsys.readouterr().out


def test_the_command_checks_standard_input_line_by_line(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("A fine walk.\nYou failed.\n"))
    with pytest.raises(SystemExit) as stop:
        call_command("check_wellness", "--text", "-")
    assert stop.value.code == 1
    fine, bad = map(json.loads, capsys.readouterr().out.splitlines())
    assert fine == {"ok": True, "hits": []}
    assert bad == {"ok": False, "hits": [{"rule": "shame", "start": 4, "end": 10, "match": "failed"}]}


def test_templates_are_among_the_texts() -> None:
    places = {place.split(":")[0] for place, _ in wellness_texts.participant_texts()}
    assert {"weekly_summary.txt", "weekly_summary.mjml", "suggestions.json", "evidence.json"} <= places
    assert Path(wellness_texts.TEMPLATES).is_dir()
