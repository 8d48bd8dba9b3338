"""What Spanish texts must not say: the ideas of the English rules, in the words that Spanish has for them.

Texts come without accents: sólo is solo, año is ano. Ordinary words of food and movement must pass: patada hacia atrás,
vinagre de vino, desayuno, ganas.
"""

from __future__ import annotations

from tracker.wellness_rules.spanish_habits import HABITS
from tracker.wellness_rules.spanish_health import HEALTH

SPANISH = HEALTH + HABITS
# Words worth hiding: they are found behind a star (c*lorías) and with a space inside (vita mina) as well.
SPANISH_WORDS = (
    "demencia",
    "alzheimer",
    "parkinson",
    "diabetes",
    "cancer",
    "depresion",
    "ansiedad",
    "diagnos",
    "sintoma",
    "neurogenesis",
    "cerebr",
    "garantiz",
    "suplement",
    "vitamin",
    "capsula",
    "medicament",
    "medicacion",
    "medicina",
    "nootrop",
    "ayuno",
    "intermitente",
    "detox",
    "toxina",
    "keto",
    "alcohol",
    "cerveza",
    "vino",
    "caloria",
    "peso",
    "gord",
    "flac",
    "adelgaz",
    "quema",
    "culpa",
    "trampa",
    "vago",
    "vaga",
    "fracas",
    "fallaste",
    "perez",
    "verguenza",
    "decepcion",
    "racha",
    "cura",
    "preven",
    "droga",
    "pastilla",
    "farmaco",
)
