"""The types of synced records, and what each write of one leads to."""

from backend.sync.records import registry
from tracker.due_weeks import mark_written_weeks_due
from tracker.record_types.cognitive import COGNITIVE_LOG
from tracker.record_types.diet import DIET_LOG
from tracker.record_types.exercise import EXERCISE_LOG
from tracker.record_types.favourites import FAVOURITE
from tracker.record_types.feedback import SUGGESTION_FEEDBACK
from tracker.record_types.goals import GOAL
from tracker.record_types.marks import DAY_MARK, WEEK_CONFIRMATION
from tracker.record_types.meal_templates import MEAL_TEMPLATE
from tracker.record_types.own import OWN_ACTIVITY, OWN_FOOD

__all__ = [
    "COGNITIVE_LOG",
    "DAY_MARK",
    "DIET_LOG",
    "EXERCISE_LOG",
    "FAVOURITE",
    "GOAL",
    "MEAL_TEMPLATE",
    "OWN_ACTIVITY",
    "OWN_FOOD",
    "RECORD_TYPES",
    "SUGGESTION_FEEDBACK",
    "WEEK_CONFIRMATION",
    "register_all",
]

RECORD_TYPES = (
    EXERCISE_LOG,
    COGNITIVE_LOG,
    DIET_LOG,
    DAY_MARK,
    WEEK_CONFIRMATION,
    OWN_FOOD,
    OWN_ACTIVITY,
    FAVOURITE,
    MEAL_TEMPLATE,
    GOAL,
    SUGGESTION_FEEDBACK,
)


def register_all() -> None:
    for record_type in RECORD_TYPES:
        registry.register(record_type)
    registry.listen(mark_written_weeks_due)
