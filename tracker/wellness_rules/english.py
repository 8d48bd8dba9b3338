"""What English texts must not say."""

from __future__ import annotations

from tracker.wellness_rules.english_habits import HABITS
from tracker.wellness_rules.english_health import HEALTH

ENGLISH = HEALTH + HABITS
# Words worth hiding: they are found behind a star (c*lories) and with a space inside (vita min) as well.
ENGLISH_WORDS = (
    "dementia",
    "alzheimer",
    "parkinson",
    "diabetes",
    "cancer",
    "depression",
    "anxiety",
    "stroke",
    "diagnos",
    "symptom",
    "neurogenesis",
    "brain",
    "guarantee",
    "supplement",
    "vitamin",
    "capsule",
    "medication",
    "medicine",
    "nootropic",
    "fasting",
    "detox",
    "toxin",
    "keto",
    "alcohol",
    "whiskey",
    "vodka",
    "beer",
    "wine",
    "calorie",
    "weight",
    "skinny",
    "burn",
    "guilt",
    "cheat",
    "lazy",
    "failed",
    "fail",
    "failure",
    "loser",
    "shame",
    "pathetic",
    "disappoint",
    "streak",
    "cure",
    "prevent",
    "drug",
    "pill",
)
