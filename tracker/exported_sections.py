"""What the tracker holds about a participant, for the export of everything: logs, marks, what is their own, facts, weeks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from backend.accounts.models import User
from backend.privacy.sections import CHUNK, Column, Row, Section, register_section
from backend.sync.records import registry
from tracker.models import (
    CognitiveLog,
    DayMark,
    DepartedRecord,
    DietLog,
    DueWeek,
    EarlierScore,
    ExerciseLog,
    Favourite,
    MealTemplate,
    OwnActivity,
    OwnFood,
    ParticipantFacts,
    PracticeGoal,
    SuggestionFeedback,
    WeekConfirmation,
    WeeklyScore,
)
from tracker.scoring.protocol import DOMAINS, FOOD_GROUPS
from tracker.scoring.weeks import Week

WORKING = "How work on it is shared out; it says nothing about you."
YOU = {"user_id": "You.", "id": "A row's number; `uid` is the id that your app made."}
IN_ORDER = "The order of your changes on the server."
SYNC_LEFT_OUT = {
    **YOU,
    "content_hash": "Made from the other columns, to recognise a retry.",
    "seq": IN_ORDER,
}


def _week(monday: date) -> str:
    return str(Week(monday))


def _hundredths(numbers: list[int | None]) -> list[float | None]:
    return [None if number is None else number / 100 for number in numbers]


_SYNCED = (
    Column("version", "How many times it was written."),
    Column("origin_platform", "Where your app got it from."),
    Column("origin_app_id", "The app it came from."),
    Column("origin_external_id", "Its id there."),
    Column("flags", "What the server noticed about it."),
    Column("received_at", "When the server first got it."),
    Column(
        "deleted_at", "When you deleted it; nothing but its id, and which week's score it was part of, is kept then."
    ),
)
_LOG = (
    Column("local_date", "The date where you were."),
    Column("utc_offset", "The offset from UTC where you were.", "seconds east of UTC"),
    Column("time_zone", "The time zone, as the app gave it."),
    Column("note", "Your note."),
    *_SYNCED,
)
_ID = Column("uid", "The id that your app made.")

EXERCISE_LOGS = Section(
    "exercise_logs",
    "What you logged as exercise, with the ids of what you deleted.",
    (
        _ID,
        Column("activity", "The activity's code in the catalogue."),
        Column("activity_name", "The app's own name for it."),
        Column("started_at", "When it began, in UTC."),
        Column("ended_at", "When it ended, in UTC."),
        Column("duration_seconds", "Active time, pauses left out.", "seconds"),
        Column("effort", "Your own rating: light, moderate, vigorous."),
        Column("distance_m", "The distance.", "metres"),
        Column("intensity", "What it counts as: light, moderate, vigorous."),
        Column("strength", "Whether it counts as strength exercise."),
        Column("balance", "Whether it counts as balance exercise."),
        Column("separate_session", "Whether you said that it is no repetition of another source's."),
        Column("duplicate_of", "The log that it repeats."),
        *_LOG,
    ),
    model=ExerciseLog,
    left_out=SYNC_LEFT_OUT,
)
COGNITIVE_LOGS = Section(
    "cognitive_logs",
    "What you logged as cognitive activity, with the ids of what you deleted.",
    (
        _ID,
        Column("activity", "The activity's code in the catalogue."),
        Column("activity_name", "The app's own name for it."),
        Column("started_at", "When it began, in UTC."),
        Column("duration_seconds", "How long it took.", "seconds"),
        Column("social", "Whether you did it together with somebody."),
        Column("category", "What it counts as."),
        *_LOG,
    ),
    model=CognitiveLog,
    left_out=SYNC_LEFT_OUT,
)
DIET_LOGS = Section(
    "diet_logs",
    "The meals you logged, with the ids of what you deleted.",
    (
        _ID,
        Column("eaten_at", "When you ate, in UTC."),
        Column("meal", "Which meal it was."),
        Column(
            "items", "What you ate: food, food group, servings; household measures, and what is your own.", "servings"
        ),
        Column(
            "servings",
            "What counts, by food group: " + ", ".join(FOOD_GROUPS) + ".",
            "servings",
            shown=_hundredths,
        ),
        *_LOG,
    ),
    model=DietLog,
    left_out=SYNC_LEFT_OUT,
)
DAY_MARKS = Section(
    "day_marks",
    "Days that you excused, or on which there was nothing to log.",
    (
        _ID,
        Column("local_date", "The date."),
        Column("excused", "Whether the day is not asked for."),
        Column("nothing", "Domains in which there was nothing to log."),
        *_SYNCED,
    ),
    model=DayMark,
    left_out=SYNC_LEFT_OUT,
)
WEEK_CONFIRMATIONS = Section(
    "week_confirmations",
    "Weeks of which you said that everything is logged.",
    (_ID, Column("week", "The week.", shown=_week), Column("domains", "For these domains."), *_SYNCED),
    model=WeekConfirmation,
    left_out=SYNC_LEFT_OUT,
)
OWN_FOODS = Section(
    "own_foods",
    "Foods and dishes of your own.",
    (
        _ID,
        Column("name", "What you call it."),
        Column("household_measure", "What one measure of it is."),
        Column("gives", "What one measure holds of each food group.", "servings"),
        Column("note", "Your note."),
        *_SYNCED,
    ),
    model=OwnFood,
    left_out=SYNC_LEFT_OUT,
)
OWN_ACTIVITIES = Section(
    "own_activities",
    "Names of your own for activities.",
    (
        _ID,
        Column("domain", "Exercise or cognitive."),
        Column("name", "What you call it."),
        Column("activity", "The activity's code in the catalogue."),
        Column("effort", "Your usual effort: light, moderate, vigorous."),
        Column("duration_seconds", "How long it usually takes.", "seconds"),
        Column("social", "Whether you usually do it together with somebody."),
        *_SYNCED,
    ),
    model=OwnActivity,
    left_out=SYNC_LEFT_OUT,
)
FAVOURITES = Section(
    "favourites",
    "What you starred.",
    (
        _ID,
        Column("list", "What it is one of."),
        Column("entry", "Its code in the catalogue, or the id of what is your own."),
        *_SYNCED,
    ),
    model=Favourite,
    left_out=SYNC_LEFT_OUT,
)
MEAL_TEMPLATES = Section(
    "meal_templates",
    "Meals that you keep to log again.",
    (
        _ID,
        Column("name", "What you call it."),
        Column("meal", "Which meal it usually is."),
        Column("items", "What is in it, as in the meals you logged.", "servings"),
        *_SYNCED,
    ),
    model=MealTemplate,
    left_out=SYNC_LEFT_OUT,
)
GOALS = Section(
    "goals",
    "What you want practices to come to in a week.",
    (
        _ID,
        Column("practice", "The practice's code."),
        Column("from_week", "The first week that it holds for.", shown=_week),
        Column("amount", "What it should come to.", "the practice's unit"),
        Column("weekly_step", "What each following week adds.", "the practice's unit"),
        Column("until_amount", "Where that ends.", "the practice's unit"),
        *_SYNCED,
    ),
    model=PracticeGoal,
    left_out=SYNC_LEFT_OUT,
)
SUGGESTION_FEEDBACK = Section(
    "suggestion_feedback",
    "What you think of suggestions.",
    (
        _ID,
        Column("suggestion", "The suggestion's code."),
        Column("verdict", "Whether it was useful or is not for you; empty if you took that back."),
        *_SYNCED,
    ),
    model=SuggestionFeedback,
    left_out=SYNC_LEFT_OUT,
)
FACTS = Section(
    "participant_facts",
    "What your weeks are scored by, and from which week on.",
    (
        Column("from_week", "The first week that it holds for; 1970-W02 means all.", shown=_week),
        Column("birth_year", "Your year of birth."),
        Column("not_applicable", "Practices that you left out."),
        Column("recorded_at", "When you first said something for that week."),
    ),
    model=ParticipantFacts,
    left_out={**YOU, "seq": IN_ORDER},
)
_ARRAYS = "; in the order of the protocol's practices, empty where one did not apply"
_RESULT = (
    Column("week", "The week.", shown=_week),
    Column("protocol", "The rules that it was scored by."),
    Column("score", "The overall score.", "0 to 100"),
    Column("status", "How complete it is."),
    *(Column(f"{domain}_score", f"The score of the domain {domain}.", "0 to 100") for domain in DOMAINS),
    *(Column(f"{domain}_status", f"How complete the domain {domain} is.") for domain in DOMAINS),
    Column("open_days", "Days that were not excused.", "days"),
    Column("logged_days", "Days with a log, by domain: " + ", ".join(DOMAINS) + ".", "days"),
    Column("amounts", f"What you did{_ARRAYS}.", "seconds, hundredths of a serving, or days"),
    Column("targets", f"What was asked for{_ARRAYS}.", "the practice's unit", shown=_hundredths),
    Column("weights", f"The share of the domain{_ARRAYS}.", "of 1", shown=_hundredths),
    Column("points", f"The points{_ARRAYS}.", "of the domain's 100", shown=_hundredths),
    Column("birth_year", "The year of birth that it was scored with."),
    Column("not_applicable", "The practices that were left out."),
    Column("revision", "How many times the result changed."),
    Column("scored_at", "When it was last worked out."),
)
WEEKLY_SCORES = Section(
    "weekly_scores",
    "The scores of your weeks, with what they were made from.",
    (*_RESULT, Column("closed_at", "When the week's summary was made.")),
    model=WeeklyScore,
    left_out={**YOU, "seq": IN_ORDER, "input_hash": "Made from your logs, to recognise that they changed."},
)
EARLIER_SCORES = Section(
    "earlier_scores",
    "The result that a week had before its present one.",
    _RESULT,
    model=EarlierScore,
    left_out={**YOU, "seq": IN_ORDER},
)
DEPARTED_RECORDS = Section(
    "departed_records",
    "What you deleted or moved, and which week's score it was part of, so that a change of the score can be explained.",
    (
        Column("week", "The week.", shown=_week),
        Column("record_type", "What it was."),
        _ID,
    ),
    model=DepartedRecord,
    left_out={**YOU, "seq": IN_ORDER},
)
DUE_WEEKS = Section(
    "due_weeks",
    "Weeks that were waiting to be scored.",
    (Column("week", "The week.", shown=_week), Column("due_at", "Since when.")),
    model=DueWeek,
    left_out={
        **YOU,
        **dict.fromkeys(
            ("version", "claim_token", "claimed_until", "attempts", "quarantined_at", "last_error"), WORKING
        ),
    },
)


def _tombstones(user: User) -> Iterator[Row]:
    for record_type in registry:
        gone = record_type.model._default_manager.filter(user=user, deleted_at__isnull=False).order_by("pk")
        columns: Any = gone.values("uid", "version", "received_at", "deleted_at")
        for row in columns.iterator(chunk_size=CHUNK):
            yield {"type": record_type.name, **row}


TOMBSTONES = Section(
    "deleted_records",
    "What you deleted: the ids, so that a phone that was offline doesn't bring it back.",
    (
        Column("type", "What it was."),
        _ID,
        Column("version", "The version that deleted it."),
        Column("received_at", "When the server first got it."),
        Column("deleted_at", "When you deleted it."),
    ),
    rows=_tombstones,
)


def register_all() -> None:
    for section in (
        EXERCISE_LOGS,
        COGNITIVE_LOGS,
        DIET_LOGS,
        DAY_MARKS,
        WEEK_CONFIRMATIONS,
        OWN_FOODS,
        OWN_ACTIVITIES,
        FAVOURITES,
        MEAL_TEMPLATES,
        GOALS,
        SUGGESTION_FEEDBACK,
        TOMBSTONES,
        FACTS,
        WEEKLY_SCORES,
        EARLIER_SCORES,
        DEPARTED_RECORDS,
        DUE_WEEKS,
    ):
        register_section(section)
