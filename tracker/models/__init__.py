"""The tracker's tables, a module for each concept."""

from tracker.models.activity import CognitiveLog, DayMark, DietLog, ExerciseLog, WeekConfirmation
from tracker.models.catalogue import CatalogueVersion, CognitiveActivity, ExerciseActivity, Food
from tracker.models.weeks import DueWeek, ParticipantFacts, WeeklyScore

__all__ = [
    "CatalogueVersion",
    "CognitiveActivity",
    "CognitiveLog",
    "DayMark",
    "DietLog",
    "DueWeek",
    "ExerciseActivity",
    "ExerciseLog",
    "Food",
    "ParticipantFacts",
    "WeekConfirmation",
    "WeeklyScore",
]
