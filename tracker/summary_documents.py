"""What a summary says: the document of `GET /v1/weeks/{week}/summary`, which is also what the weekly mail is filled with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from backend.accounts.models import User
from backend.languages import closest_language
from tracker.guidance.choosing import choose_guidance
from tracker.guidance.documents import guidance_document
from tracker.guidance.library import Library
from tracker.guidance.published import published_library
from tracker.scoring.protocol import DOMAINS
from tracker.scoring.records import WeekRecords
from tracker.scoring.weekly import score_week
from tracker.scoring.weeks import Week
from tracker.summary_sources import SummarySources, Told, numbers_of, read_sources
from tracker.week_change_words import change_words
from tracker.week_documents import in_tenths
from tracker.week_overviews import Overview, overview_of_score
from tracker.week_trends import included, with_changes
from tracker.week_words import week_words
from tracker.wellness import disclaimer


def summary_document(
    sources: SummarySources, library: Library, *, language: str, hide_numbers: bool, over: bool = True
) -> dict[str, Any]:
    """Plain JSON. With hidden numbers its sentences hold none, and the numbers themselves are still there: those who show it
    leave them out. `over`: whether the week is, at home."""
    stored = sources.stored
    score = score_week(stored.records, stored.facts)
    guidance = guidance_document(
        choose_guidance(stored.records, score, stored.facts, sources.preferences, library),
        hide_numbers=hide_numbers,
        language=language,
    )
    silent = is_silent(stored.records)
    overview = overview_of_score(score)
    words = week_words(language, hide_numbers=hide_numbers)
    with translation.override(language):
        return {
            **_dated(overview),
            "open": not over,
            "language": language,
            "headline": gettext("Your week is ready") if over else gettext("Your week so far"),
            "words": _note(silent=silent, over=over) or words.of_week(score),
            "nothing_logged": silent,
            "domains": [
                {**head, "words": words.of_domain(domain)}
                for head, domain in zip(overview["domains"], score.domains, strict=True)
            ],
            "trend": _trend([*sources.before, overview], hide_numbers=hide_numbers),
            "keep_going": guidance["keep_going"],
            "suggestions": [] if silent else guidance["suggestions"],
            "corrections": _corrections(sources.before, sources.told, language, hide_numbers=hide_numbers),
            "disclaimer": disclaimer(language),
        }


def is_silent(records: WeekRecords) -> bool:
    """Nothing was logged, marked or confirmed."""
    return not (records.exercise or records.cognitive or records.diet or records.marks or records.confirmed)


def mail_context(user: User, sources: SummarySources, library: Library, language: str) -> dict[str, Any]:
    """What the weekly mail is filled with, frozen in its row: the document, whose it is, and which numbers it tells."""
    document = summary_document(sources, library, language=language, hide_numbers=user.hide_numbers)
    told = {document["week"]: numbers_of(document)}
    if not document["nothing_logged"]:  # the short note speaks of no other week
        overviews = {overview["week"]: overview for overview in sources.before}
        told |= {item["week"]: numbers_of(overviews[item["week"]]) for item in document["corrections"]}
    return {"name": user.display_name, "hide_numbers": user.hide_numbers, **document, "told": told}


def mail_context_now(user: User, week: Week, language: str | None = None) -> dict[str, Any]:
    """What the mail of that week would be filled with this moment; in their own language if no other is named."""
    key, library = (user.pk, week), published_library()
    sources = read_sources([key], library.codes)[key]
    return mail_context(user, sources, library, language or closest_language(user.language))


def _note(*, silent: bool, over: bool) -> str | None:
    if not silent:
        return None
    if not over:
        return gettext("Nothing is logged yet, and there is no hurry.")
    return gettext(
        "Nothing was logged this week, and that is fine. Whenever you feel like it, one walk or one meal is a start."
    )


def _dated(overview: Overview, *names: str) -> dict[str, Any]:
    """With dates as text; all of it, or these fields."""
    chosen = {name: overview[name] for name in names or overview}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in chosen.items()}


def _trend(overviews: Sequence[Overview], *, hide_numbers: bool) -> dict[str, Any]:
    """The weeks from the first one with a score on, and how the newest compares."""
    compared = with_changes(overviews, hide_numbers=hide_numbers)
    scored = [index for index, week in enumerate(compared) if week["score"] is not None]
    change = compared[-1]["change"]
    return {
        "weeks": [
            _dated(week, "week", "from", "to", "score", "status", "included", "change")
            for week in compared[scored[0] if scored else len(compared) :]
        ],
        "words": change["words"] if change else None,
    }


def _corrections(
    before: Iterable[Overview], told: Mapping[Week, Told], language: str, *, hide_numbers: bool
) -> list[dict[str, Any]]:
    """The weeks before whose numbers are no longer those that were told."""
    words = change_words(language, hide_numbers=hide_numbers)
    corrections = []
    for overview in before:
        then = told.get(Week.parse(overview["week"]))
        if then is None or then == numbers_of(overview):
            continue
        scored_then = [domain for domain, score in zip(DOMAINS, then[1:], strict=True) if score is not None]
        sentence = words.happened(in_tenths(then[0]), in_tenths(overview["score"]), scored_then, included(overview))
        corrections.append(
            {
                **_dated(overview, "week", "from", "to"),
                "before": then[0],
                "after": overview["score"],
                "words": sentence,
            }
        )
    return corrections
