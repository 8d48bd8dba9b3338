"""A participant's own weeks, as they stand this moment: what is due is scored on the spot, by the same function."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation

from backend import VERSION
from backend.accounts.models import User
from backend.api.conditional import content_tag
from backend.languages import DEFAULT_LANGUAGE
from backend.postgres.prepared import fetch_all
from backend.sync.epochs import CURRENT_EPOCH
from tracker.guidance.choosing import Guidance, choose_guidance
from tracker.guidance.library import DATA
from tracker.guidance.published import LIBRARY_NUMBER, published_library
from tracker.hidden_numbers import as_wanted
from tracker.preferences import read_preferences
from tracker.scoring.protocol import WES_1_0_0
from tracker.scoring.weekly import explain_week, score_week
from tracker.scoring.weeks import Week
from tracker.stored_trends import read_trend
from tracker.summary_documents import summary_document
from tracker.summary_sources import Told, read_sources
from tracker.week_change_words import change_words
from tracker.week_documents import explained_document
from tracker.week_history import changes_document, read_history
from tracker.week_overviews import overview_of_row, score_on_the_spot
from tracker.week_records import StoredWeek, read_weeks
from tracker.week_trends import streak_document, with_changes
from tracker.week_words import week_words
from tracker.wellness import disclaimer

_STANDING = (
    f"SELECT {CURRENT_EPOCH}, {LIBRARY_NUMBER}, COALESCE((SELECT seq FROM sync_synccounter WHERE user_id = %(user)s), 0),"
    " (SELECT max(recorded_at)::text FROM tracker_participantfacts WHERE user_id = %(user)s),"
    " ARRAY(SELECT week FROM tracker_dueweek WHERE user_id = %(user)s AND week BETWEEN %(first)s AND %(last)s),"
    " EXISTS (SELECT FROM tracker_earlierscore WHERE user_id = %(user)s AND week BETWEEN %(first)s AND %(last)s)"
)


@cache
def _texts() -> str:
    """What the code and the texts that it ships were: a new release may say the same week in other words."""
    digest = blake2b(VERSION.encode(), digest_size=12)
    translations = [file for folder in settings.LOCALE_PATHS for file in Path(folder).glob("*/LC_MESSAGES/django.mo")]
    for file in sorted([*DATA.rglob("*.json"), *translations]):
        digest.update(file.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Standing:
    """What every derived document of a participant depends on, besides the protocol and what this release ships. `library`
    is the number of the published texts' state."""

    epoch: int
    library: int
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
            self.library,
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
    """One cheap query: the participant's newest change, the published texts' state, and which weeks from `first` to `last` are
    due for scoring, or had another result before."""
    asked = {"first": first and first.monday, "last": last and last.monday}
    ((epoch, library, seq, facts_at, due, revised),) = fetch_all(_STANDING, {"user": user.pk, **asked})
    return Standing(epoch, library, seq, facts_at or "", tuple(due), revised)


def read_week(user: User, week: Week) -> StoredWeek:
    return read_weeks([(user.pk, week)])[user.pk, week]


def explained_week(user: User, week: Week, stand: Standing, *, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
    """The week's document, with what has changed in it; one query, and one more if it has been scored otherwise before."""
    hide_numbers = user.hide_numbers
    stored = read_week(user, week)
    score, logs = explain_week(stored.records, stored.facts)
    words = week_words(language, hide_numbers=hide_numbers)
    document = explained_document(score, logs, stored.flags, language=language, words=words, goals=stored.goals)
    document["changes"] = None
    if stand.has_history:
        told = change_words(language, hide_numbers=hide_numbers)
        document["changes"] = changes_document(read_history(user.pk, week), score, stored.facts, told)
    return as_wanted(document, hide_numbers=hide_numbers)


def guidance_of_week(user: User, week: Week, stand: Standing) -> Guidance:
    """From the texts that are published now: those of `stand`, unless somebody has published since."""
    stored = read_week(user, week)
    score = score_week(stored.records, stored.facts)
    library = published_library((stand.epoch, stand.library))
    preferences = read_preferences({(user.pk, week): stored}, library.codes)[user.pk, week]
    return choose_guidance(stored.records, score, stored.facts, preferences, library)


def summary_of_week(
    user: User, week: Week, stand: Standing, told: Mapping[Week, Told], *, today: date, language: str
) -> dict[str, Any]:
    """What the weekly mail of that week says, as it stands now; three queries. `told`: by the mails before it."""
    key = (user.pk, week)
    library = published_library((stand.epoch, stand.library))
    sources = read_sources([key], library.codes, {key: told})[key]
    over = week.last_day < today
    document = summary_document(sources, library, language=language, hide_numbers=user.hide_numbers, over=over)
    # What guidance says is as wanted already, and its evidence cards have versions.
    guided = {name: document[name] for name in ("keep_going", "suggestions")}
    return {**as_wanted(document, hide_numbers=user.hide_numbers), **guided}


def weeks_document(
    user: User, first: Week, last: Week, due: Collection[date], *, today: date, language: str = DEFAULT_LANGUAGE
) -> dict[str, Any]:
    """The scores of the weeks from `first` to `last` that have any, oldest first, those that are due scored on the spot, and
    the days in a row up to `today`, the date at home; two queries at the most."""
    hide_numbers = user.hide_numbers
    streak, stored = read_trend(user.pk, first, last, today)
    rows = {monday: overview_of_row(Week(monday), row) for monday, row in stored.items()}
    for week, overview in score_on_the_spot(user.pk, map(Week, due)).items():
        rows[week.monday] = overview
    words = week_words(language, hide_numbers=hide_numbers)
    with translation.override(language):
        compared = with_changes((rows[monday] for monday in sorted(rows)), hide_numbers=hide_numbers)
        told = streak_document(streak, hide_numbers=hide_numbers)
    return {
        "results": [
            as_wanted({**week, "words": words.of_overview(week)}, hide_numbers=hide_numbers) for week in compared
        ],
        "streak": told,
        "disclaimer": disclaimer(language),
    }
