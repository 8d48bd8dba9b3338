"""The tracker's tables, a module for each concept."""

from tracker.models.activity import CognitiveLog, DayMark, DietLog, ExerciseLog, WeekConfirmation
from tracker.models.catalogue import CatalogueVersion, CognitiveActivity, ExerciseActivity, Food
from tracker.models.quick_logging import Favourite, MealTemplate, OwnActivity, OwnFood
from tracker.models.weeks import DepartedRecord, DueWeek, EarlierScore, ParticipantFacts, WeeklyScore

__all__ = [
    "CatalogueVersion",
    "CognitiveActivity",
    "CognitiveLog",
    "DayMark",
    "DepartedRecord",
    "DietLog",
    "DueWeek",
    "EarlierScore",
    "ExerciseActivity",
    "ExerciseLog",
    "Favourite",
    "Food",
    "MealTemplate",
    "OwnActivity",
    "OwnFood",
    "ParticipantFacts",
    "WeekConfirmation",
    "WeeklyScore",
]
