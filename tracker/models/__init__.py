"""The tracker's tables, a module for each concept."""

from tracker.models.activity import CognitiveLog, DayMark, DietLog, ExerciseLog, WeekConfirmation
from tracker.models.catalogue import CatalogueVersion, CognitiveActivity, ExerciseActivity, Food
from tracker.models.feedback import SuggestionFeedback
from tracker.models.goals import PracticeGoal
from tracker.models.guidance import GuidanceKind, GuidanceLibraryState, GuidanceText, GuidanceVersion, VersionState
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
    "GuidanceKind",
    "GuidanceLibraryState",
    "GuidanceText",
    "GuidanceVersion",
    "MealTemplate",
    "OwnActivity",
    "OwnFood",
    "ParticipantFacts",
    "PracticeGoal",
    "SuggestionFeedback",
    "VersionState",
    "WeekConfirmation",
    "WeeklyScore",
]
