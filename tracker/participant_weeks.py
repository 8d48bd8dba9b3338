"""A participant's own weeks, as they stand this moment: what is due is scored on the spot, by the same function."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from django.conf import settings

from backend import VERSION
from backend.accounts.models import User
from backend.api.conditional import content_tag
from backend.languages import DEFAULT_LANGUAGE
from backend.postgres.prepared import fetch_all
from backend.sync.epochs import CURRENT_EPOCH
from tracker.guidance import DATA, Guidance, choose_guidance
from tracker.hidden_numbers import as_wanted
from tracker.models import WeeklyScore
from tracker.scoring.protocol import WES_1_0_0
from tracker.scoring.weekly import explain_week, score_week
from tracker.scoring.weeks import Week
from tracker.week_change_words import change_words
from tracker.week_documents import explained_document
from tracker.week_history import changes_document, read_history
from tracker.week_overviews import overview_of_row, score_on_the_spot
from tracker.week_records import StoredWeek, read_weeks
from tracker.week_words import week_words

_STANDING = (
    f"SELECT {CURRENT_EPOCH}, COALESCE((SELECT seq FROM sync_synccounter WHERE user_id = %(user)s), 0),"
    " (SELECT max(recorded_at)::text FROM tracker_participantfacts WHERE user_id = %(user)s),"
    " ARRAY(SELECT week FROM tracker_dueweek WHERE user_id = %(user)s AND week BETWEEN %(first)s AND %(last)s),"
    " EXISTS (SELECT FROM tracker_earlierscore WHERE user_id = %(user)s AND week BETWEEN %(first)s AND %(last)s)"
)


@cache
def _texts() -> str:
    """What the code and the texts that it ships were: a new release may say the same week in other words."""
    digest = blake2b(VERSION.encode(), digest_size=12)
    translations = [file for folder in settings.LOCALE_PATHS for file in Path(folder).glob("*/LC_MESSAGES/django.mo")]
    for file in sorted([*DATA.glob("*.json"), *translations]):
        digest.update(file.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Standing:
    """What every derived document of a participant depends on, besides the protocol and the texts."""

    epoch: int
    seq: int
    facts_at: str
    due: tuple[date, ...] = ()  # Mondays, of the weeks that were asked for
    revised: bool = False  # whether one of these weeks had another result before

    @property
    def has_history(self) -> bool:
        """Whether the week that was asked for may have been scored otherwise before."""
        return self.revised or bool(self.due)

    def tag(self, user: User, language: str, *parts: Any) -> str:
        return content_tag(
            self.epoch,
            self.seq,
            self.facts_at,
            WES_1_0_0.version,
            _texts(),
            language,
            user.hide_numbers,
            user.pk,
            *parts,
        )


def standing(user: User, first: Week | None = None, last: Week | None = None) -> Standing:
    """One cheap query: the participant's newest change, and which weeks from `first` to `last` are due, or had another
    result before."""
    asked = {"first": first and first.monday, "last": last and last.monday}
    ((epoch, seq, facts_at, due, revised),) = fetch_all(_STANDING, {"user": user.pk, **asked})
    return Standing(epoch, seq, facts_at or "", tuple(due), revised)


def read_week(user: User, week: Week) -> StoredWeek:
    return read_weeks([(user.pk, week)])[user.pk, week]


def explained_week(user: User, week: Week, stand: Standing, *, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
    """The week's document, with what has changed in it; one query, and one more if it has been scored otherwise before."""
    hide_numbers = user.hide_numbers
    stored = read_week(user, week)
    score, logs = explain_week(stored.records, stored.facts)
    words = week_words(language, hide_numbers=hide_numbers)
    document = explained_document(score, logs, stored.flags, language=language, words=words)
    document["changes"] = None
    if stand.has_history:
        told = change_words(language, hide_numbers=hide_numbers)
        document["changes"] = changes_document(read_history(user.pk, week), score, stored.facts, told)
    return as_wanted(document, hide_numbers=hide_numbers)


def guidance_of_week(user: User, week: Week) -> Guidance:
    stored = read_week(user, week)
    score = score_week(stored.records, stored.facts)
    return choose_guidance(stored.records, score, stored.facts)


def week_overviews(
    user: User, first: Week, last: Week, due: Collection[date], *, language: str = DEFAULT_LANGUAGE
) -> list[dict[str, Any]]:
    """The scores of the weeks from `first` to `last` that have any, oldest first, those that are due scored on the spot; two
    queries at the most."""
    words = week_words(language, hide_numbers=user.hide_numbers)
    rows = {
        row["week"]: overview_of_row(Week(row["week"]), row)
        for row in WeeklyScore.objects.filter(user=user, week__range=(first.monday, last.monday)).values()
    }
    for week, overview in score_on_the_spot(user.pk, map(Week, due)).items():
        rows[week.monday] = overview
    told = [{**rows[monday], "words": words.of_overview(rows[monday])} for monday in sorted(rows)]
    return [as_wanted(overview, hide_numbers=user.hide_numbers) for overview in told]
