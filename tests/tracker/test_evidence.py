"""The evidence cards: as published, whole, and a file with a fault in it is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.core.management import CommandError, call_command

from backend.languages import LANGUAGE_CODES
from tracker.evidence import EvidenceFileError, card_document, read_evidence
from tracker.evidence.reading import FILE
from tracker.scoring.protocol import WES_1_0_0

AS_PUBLISHED = [
    ("aerobic_session", "Hedges g", 0.46, None, None, 29, None),
    ("aerobic_session", "SMD", 0.59, 0.46, 0.72, 55, None),
    ("aerobic_training", "SMD", 0.66, 0.33, 0.99, None, None),
    ("strength_training", "SMD", 0.07, -0.15, 0.30, None, None),
    ("strength_training", "MD", 0.73, 0.04, 1.42, None, None),
    ("tai_chi", "Hedges g", 0.82, 0.55, 1.09, None, 543),
]
"""What was published, once more: card, measure, value, interval, studies, participants."""


def test_effects_are_as_published() -> None:
    assert [
        (card.id, effect.measure, effect.value, effect.low, effect.high, effect.studies, effect.participants)
        for card in read_evidence().cards.values()
        for effect in card.effects
    ] == AS_PUBLISHED


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_a_finding_says_the_numbers_of_its_effects(language: str) -> None:
    for card in read_evidence().cards.values():
        for effect in card.effects:
            for number in (effect.value, effect.low, effect.high):
                assert number is None or f"{number:.2f}" in card.finding[language], card.id
            for count in (effect.studies, effect.participants):
                assert count is None or str(count) in card.finding[language], card.id


def test_every_practice_has_a_card() -> None:
    evidence = read_evidence()
    for practice in WES_1_0_0.practices:
        assert evidence.for_practice(practice.code) == evidence.cards_for(practice.code)[0]
    with pytest.raises(KeyError):
        evidence.for_practice("sleep")


def test_a_cards_own_caveat_comes_before_those_that_all_carry() -> None:
    evidence = read_evidence()
    caveats = [
        caveat["text"] for caveat in card_document(evidence.cards["tai_chi"], evidence, language="en")["caveats"]
    ]
    assert caveats == [
        "The trials were of tai chi and qigong; this practice counts other balance activities too.",
        "Blood values vary with serum or plasma, platelets and assay.",
        "What is in blood may not come from the brain.",
        "The MIND trial found no cognitive difference from its control diet.",
    ]


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_who_hides_numbers_gets_words(language: str) -> None:
    evidence = read_evidence()
    for card in evidence.cards.values():
        shown = card_document(card, evidence, language=language)
        hidden = card_document(card, evidence, language=language, hide_numbers=True)
        assert set(hidden) == set(shown)
        assert hidden["finding"] == hidden["in_words"] == card.in_words[language]
        assert (list(hidden["effects"]), list(hidden["years"])) == ([], [])
        # A source's address is not read, and a card's version counts nothing of anybody's.
        assert [text for text in texts_of({**hidden, "dois": ()}) if re.search(r"\d", text)] == []
        assert [caveat["dois"] for caveat in hidden["caveats"]] == [caveat["dois"] for caveat in shown["caveats"]]


def texts_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from () if name == "dois" else texts_of(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts_of(item)


def card(file: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(item for item in file["cards"] if item["id"] == name)
    return found


def change(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda file: card(file, "tai_chi").update(changes)


def change_effect(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda file: card(file, "tai_chi")["effects"][0].update(changes)


def forget_fish(file: dict[str, Any]) -> None:
    card(file, "other_foods")["practices"].remove("fish")


FAULTS: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    (change(practices=["balance_days", "sleep"]), "tai_chi: there is no practice sleep"),
    (forget_fish, "fish: there is no evidence card"),
    (change(id="aerobic_session"), "two of them have one id"),
    (change(id="Tai-Chi-2"), "an id is small letters"),
    (change(grade="certain"), "no words for the grade 'certain'"),
    (change(dois=["10.1016/j.jesf.2024.12.004", "doi:10.1016/x"]), "'doi:10.1016/x' is not a DOI"),
    (change(dois=['10.1016/"><script>']), "is not a DOI"),
    (change(caveat={"text": {"en": "So.", "es": "Así."}, "dois": ["10.1/x"]}), "'10.1/x' is not a DOI"),
    (lambda file: file["caveats"][0].update(dois=["11.1016/x"]), "caveats: '11.1016/x' is not a DOI"),
    (change_effect(low=0.9), "Gan 2025: 0.82 is not between 0.9 and 1.09"),
    (change_effect(high=0.82), "0.82 is not between 0.55 and 0.82"),
    (change_effect(low=1.09, high=0.55), "0.82 is not between 1.09 and 0.55"),
    (change_effect(high=None), "an interval has two ends"),
    (change_effect(unit="ng/mL"), "a mean difference has a unit, and nothing else has"),
    (change_effect(measure="MD"), "a mean difference has a unit"),
    (change_effect(participants=0), "nobody was counted"),
    (change_effect(doi="10.1016/j.elsewhere"), "the card doesn't name 10.1016/j.elsewhere"),
    (change_effect(population={"en": "older people"}), "tai_chi, effect 0: there is no text in es"),
    (change(title={"en": "Tai chi", "es": " "}), "tai_chi, title: there is no text in es"),
    (change(in_words={"en": "A difference of 0.82.", "es": "Una diferencia."}), "in words: there is a digit"),
    (change(title={"en": "Tai chi ٣", "es": "Taichí"}), "title: there is a digit"),
    (lambda file: file["caveats"][1]["text"].update(en="See 10.1056/x."), "caveat 1: there is a digit"),
    (lambda file: file["grades"]["mixed"]["meaning"].update(es="De 3 estudios."), "grade mixed, meaning: .* digit"),
    (change(finding={"en": "It will boost your BDNF.", "es": "Hubo una diferencia."}), "BDNF"),
    (change(in_words={"en": "A difference.", "es": "Cura la demencia."}), "tai_chi, in words: 'Cura"),
    (lambda file: file["grades"]["moderate"]["meaning"].update(en="Clinically proven."), "grade moderate, meaning: "),
    (change(version=3), "its changes don't lead to version 3"),
    (change(changes=[]), "its changes don't lead to version 2"),
    (
        change(
            changes=[
                {"version": 1, "date": "2026-11-30", "text": {"en": "First version.", "es": "Primera versión."}},
                {"version": 2, "date": "2026-11-23", "text": {"en": "Data.", "es": "Datos."}},
            ]
        ),
        "not in the order of their dates",
    ),
]


@pytest.mark.parametrize(("plant", "reason"), FAULTS, ids=[reason for _, reason in FAULTS])
def test_a_file_with_a_fault_is_refused(tmp_path: Path, plant: Callable[[dict[str, Any]], None], reason: str) -> None:
    file = json.loads(FILE.read_text("utf-8"))
    plant(file)
    faulty = tmp_path / "evidence.json"
    faulty.write_text(json.dumps(file))
    with pytest.raises(EvidenceFileError, match=reason):
        read_evidence(faulty)


@pytest.mark.parametrize("changes", [{"effect": []}, {"effects": [{"measure": "OR"}]}, {"version": "2"}])
def test_a_file_of_another_form_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    file = json.loads(FILE.read_text("utf-8"))
    card(file, "tai_chi").update(changes)
    faulty = tmp_path / "evidence.json"
    faulty.write_text(json.dumps(file))
    with pytest.raises(msgspec.ValidationError):
        read_evidence(faulty)


def test_the_document_says_what_the_cards_say(settings: Any, tmp_path: Path) -> None:
    call_command("evidence_document", "--check")
    settings.BASE_DIR = tmp_path
    document = tmp_path / "docs" / "evidence.md"
    document.parent.mkdir()
    with pytest.raises(CommandError, match="is not what the cards say"):
        call_command("evidence_document", "--check")
    assert not document.exists()
    call_command("evidence_document")
    call_command("evidence_document", "--check")
    prose = document.read_text("utf-8")
    assert "not validated" in prose
    assert "Blood BDNF is an indirect marker." in prose
    for practice in WES_1_0_0.practices:
        assert f"- `{practice.code}` (" in prose
    document.write_text(prose.replace("0.82", "0.83"), "utf-8")
    with pytest.raises(CommandError):
        call_command("evidence_document", "--check")
