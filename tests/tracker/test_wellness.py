"""The wellness check: what must fail fails, where it stands, tricks included; what is fine passes."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import translation

from backend.languages import LANGUAGE_CODES
from tracker import wellness_texts
from tracker.evidence import evidence_texts, read_evidence
from tracker.models import CognitiveActivity, ExerciseActivity, Food, GuidanceVersion
from tracker.wellness import DISCLAIMER, SAFETY_LINES, check_text
from tracker.wellness_rules import RULES

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
    *map(str, SAFETY_LINES.values()),
]


MUST_FAIL_IN_SPANISH = [
    ("bdnf_claim", "Caminar aumenta tu BDNF."),
    ("bdnf_claim", "Tu BDNF puede estar bajo."),
    ("bdnf_claim", "Una semana para subir los niveles de BDNF."),
    ("bdnf_claim", "El BDNF sube con el ejercicio."),
    ("disease_claim", "Leer previene la demencia."),
    ("disease_claim", "Frena el deterioro cognitivo con frutos rojos."),
    ("disease_claim", "Puede retrasar la enfermedad de Alzheimer."),
    ("disease_claim", "El ejercicio trata la depresión."),
    ("disease_claim", "El taichí revierte el envejecimiento."),
    ("disease_claim", "Cura la diabetes."),
    ("disease_claim", "La demencia se previene caminando."),
    ("risk_claim", "El pescado reduce el riesgo de problemas del corazón."),
    ("risk_claim", "Menos riesgo de ictus."),
    ("diagnosis", "Esto diagnostica problemas de memoria."),
    ("diagnosis", "Detectamos señales tempranas."),
    ("diagnosis", "Puede que tengas un problema de memoria."),
    ("diagnosis", "Quizás padezcas algo."),
    ("brain_claim", "Baja tu edad cerebral."),
    ("brain_claim", "Correr estimula la neurogénesis."),
    ("brain_claim", "Científicamente probado."),
    ("brain_claim", "Resultados garantizados."),
    ("product", "Toma un suplemento."),
    ("product", "Una cápsula al día."),
    ("product", "Prueba 500 mg de omega 3."),
    ("product", "Más vitaminas."),
    ("product", "La dosis justa."),
    ("product", "El ayuno intermitente ayuda."),
    ("product", "Prueba la dieta keto."),
    ("product", "Deja de tomar tu medicación."),
    ("product", "Una copa de vino está bien."),
    ("product", "Un poco de alcohol no importa."),
    ("body", "Quemaste 300 calorías."),
    ("body", "Ideal para perder peso."),
    ("body", "Baja de peso en un mes."),
    ("body", "Calcula tu IMC."),
    ("body", "Reduce tu grasa."),
    ("body", "Te has ganado ese pastel."),
    ("body", "Un día de comida trampa."),
    ("body", "Sin culpa por la comida mala."),
    ("body", "Un batido para desintoxicar."),
    ("shame", "Fracasaste esta semana."),
    ("shame", "No seas vago."),
    ("shame", "Solo caminaste dos veces."),
    ("shame", "Sólo 2 de 4 días."),
    ("shame", "Registraste solamente un día."),
    ("shame", "Racha rota."),
    ("shame", "Perdiste tu racha."),
    ("shame", "Te estás quedando atrás."),
    ("shame", "Quedaste quinto en el ranking."),
    ("shame", "Caminaste menos que los demás."),
    ("disease_claim", "Previene la d e m e n c i a."),
    ("body", "Quema c4lorías."),
]
MUST_PASS_IN_SPANISH = [
    "Registraste 90 de 150 minutos activos; con 10 más sumarías 4,3 puntos en ejercicio.",
    "Sal a caminar después del desayuno.",
    "Cuando tengas ganas, sube al autobús una parada después.",
    "Patada hacia atrás, con apoyo.",
    "Aliña con vinagre de vino y aceite.",
    "Levanta pesas ligeras dos veces por semana.",
    "Ejercicios con el peso corporal.",
    "Sal a caminar en solitario o en compañía.",
    "Baja los brazos despacio y súbelos otra vez.",
    "Puede que tengas tiempo para una caminata.",
    "Leche baja en grasa.",
    "Carne de ganado de pastoreo.",
    "Evita la hora de más calor.",
    "Una tarde tranquila para leer.",
    "Un puñado pequeño de frutos secos.",
    "Trata de acostarte a la misma hora.",
]


@pytest.mark.parametrize(("rule", "text"), MUST_FAIL)
def test_what_must_never_be_said_is_found(rule: str, text: str) -> None:
    hits = check_text(text)
    assert rule in [hit.rule for hit in hits]
    for hit in hits:
        assert text[hit.start : hit.end] == hit.match
        assert hit.reason


@pytest.mark.parametrize(("rule", "text"), MUST_FAIL_IN_SPANISH)
def test_what_must_never_be_said_is_found_in_spanish(rule: str, text: str) -> None:
    hits = check_text(text, language="es")
    assert rule in [hit.rule for hit in hits]
    for hit in hits:
        assert text[hit.start : hit.end] == hit.match


@pytest.mark.parametrize("text", MUST_PASS_IN_SPANISH)
def test_what_is_fine_passes_in_spanish(text: str) -> None:
    assert check_text(text, language="es") == ()


@pytest.mark.parametrize("text", MUST_PASS)
def test_what_is_fine_passes(text: str) -> None:
    assert check_text(text) == ()


def test_places_are_those_of_the_original_text() -> None:
    (hit,) = check_text("Soup, walks and\u200b wi\u00adne.")
    assert (hit.rule, hit.match, hit.start) == ("product", "wi\u00adne", 17)


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_every_stored_and_generated_text_passes(language: str) -> None:
    count = 0
    for place, text in wellness_texts.participant_texts(language):
        assert check_text(text, language=language) == (), (place, text)
        count += 1
    assert count > 5000


def test_every_language_has_rules() -> None:
    assert set(RULES) == set(LANGUAGE_CODES)
    names = [(rule.name, rule.reason) for rule in RULES["en"]]
    for rules in RULES.values():
        assert [(rule.name, rule.reason) for rule in rules] == names


def test_the_disclaimer_is_exempt_by_its_id_alone() -> None:
    for language in LANGUAGE_CODES:
        with translation.override(language):
            disclaimer = str(DISCLAIMER)
        assert check_text(disclaimer, language=language) != ()
        assert disclaimer not in [text for _, text in wellness_texts.participant_texts(language)]


def test_findings_say_the_same_numbers_in_every_language() -> None:
    evidence = read_evidence()
    for name, texts in evidence_texts(evidence):
        numbers = {tuple(re.findall(r"-?\d+(?:\.\d+)*", text)) for text in texts.values()}
        assert len(numbers) == 1, name


@pytest.mark.django_db
def test_the_command_fails_on_a_planted_violation(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    call_command("check_wellness")
    assert "no hits" in capsys.readouterr().out
    planted = [("planted.json: 1", "This will cure dementia.")]
    monkeypatch.setattr(wellness_texts, "participant_texts", lambda language: iter(planted))
    with pytest.raises(SystemExit) as stop:
        call_command("check_wellness")
    assert stop.value.code == 1
    assert "planted.json: 1: disease_claim 'dementia'" in capsys.readouterr().out


@pytest.mark.django_db
def test_the_command_looks_at_what_is_stored(catalogue: None, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(wellness_texts, "participant_texts", lambda language: iter(()))
    call_command("check_wellness")
    said = capsys.readouterr().out
    published = sum(2 if version.text.kind == "suggestion" else 1 for version in guidance_versions())
    assert f"es: {published} stored texts of guidance, no hits." in said
    entries = Food.objects.count() + ExerciseActivity.objects.count() + CognitiveActivity.objects.count()
    (count,) = re.findall(r"en: (\d+) stored texts of the catalogue, no hits", said)
    assert int(count) > entries

    version = guidance_versions()[0]
    version.content["text"]["es"] = "Quema."
    version.save()
    Food.objects.filter(code="walnuts").update(synonyms={"en": ["lazy nuts", "nuts"], "es": ["nueces"]})
    with pytest.raises(SystemExit):
        call_command("check_wellness")
    said = capsys.readouterr().out
    assert f"stored guidance: {version.text_id}, version 1, text: body 'Quema' at 0." in said
    assert "stored catalogue: walnuts, synonyms:" in said


def guidance_versions() -> list[GuidanceVersion]:
    return list(GuidanceVersion.objects.filter(state="published").select_related("text").order_by("text"))


def test_the_command_needs_no_database(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def refuse() -> None:
        raise OperationalError

    monkeypatch.setattr(connection.introspection, "table_names", refuse)
    monkeypatch.setattr(wellness_texts, "participant_texts", lambda language: iter([("a", "A walk.")]))
    call_command("check_wellness", "--language", "en")
    assert capsys.readouterr().out.splitlines() == [
        "There is no database with tables: stored texts were not looked at.",
        "en: 1 texts, no hits.",
    ]


def test_the_command_checks_standard_input_line_by_line(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("A fine walk.\nYou failed.\n"))
    with pytest.raises(SystemExit) as stop:
        call_command("check_wellness", "--text", "-")
    assert stop.value.code == 1
    fine, bad = map(json.loads, capsys.readouterr().out.splitlines())
    assert fine == {"ok": True, "hits": []}
    assert bad == {"ok": False, "hits": [{"rule": "shame", "start": 4, "end": 10, "match": "failed"}]}


def test_the_command_gives_places_in_the_text_as_it_came(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\nMás v\u200bino <b>tin</b>to, o c\u0337erveza.\nUn paseo."))
    with pytest.raises(SystemExit) as stop:
        call_command("check_wellness", "--text", "-", "--language", "es")
    assert stop.value.code == 1
    empty, bad, fine = map(json.loads, capsys.readouterr().out.splitlines())
    assert empty == fine == {"ok": True, "hits": []}
    assert bad == {
        "ok": False,
        "hits": [
            {"rule": "product", "start": 0, "end": 9, "match": "Más v\u200bino"},
            {"rule": "product", "start": 26, "end": 34, "match": "c\u0337erveza"},
        ],
    }


def test_the_command_is_content_with_fine_lines(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("A fine walk.\n"))
    call_command("check_wellness", "--text", "-")
    assert json.loads(capsys.readouterr().out) == {"ok": True, "hits": []}


def test_templates_are_among_the_texts() -> None:
    places = {place.split(":")[0] for place, _ in wellness_texts.participant_texts("en")}
    assert {"weekly_summary.txt", "weekly_summary.mjml", "guidance", "evidence.json"} <= places
    assert Path(wellness_texts.TEMPLATES).is_dir()
