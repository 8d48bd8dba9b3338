"""How weeks compare with those before them, and the days in a row on which something was logged. Never a reproach: scores of
different sets of domains aren't compared, and a row of days that has ended is not spoken of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, ngettext

from tracker.practice_words import DOMAIN_NAMES

Overview = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Streak:
    """Days in a row up to today, or to yesterday while today is still empty. Excused days neither count nor end it;
    `paused_days` are those since it began."""

    days: int
    since: date | None
    paused_days: int


def with_changes(overviews: Iterable[Overview], *, hide_numbers: bool) -> list[dict[str, Any]]:
    """The weeks, oldest first, each with its domains that have a number and its change since the last week before it with a
    score. Words are in the active language; with hidden numbers they hold none, and the numbers themselves are still there:
    those who show them leave them out (`hidden_numbers`)."""
    compared: list[dict[str, Any]] = []
    before: Overview | None = None
    for overview in overviews:
        week = {**overview, "included": included(overview), "change": None}
        if overview["score"] is not None:
            if before is not None:
                week["change"] = _change(before, overview, hide_numbers=hide_numbers)
            before = overview
        compared.append(week)
    return compared


def included(overview: Overview) -> list[str]:
    """The domains with a number."""
    return [domain["domain"] for domain in overview["domains"] if domain["score"] is not None]


def _change(before: Overview, week: Overview, *, hide_numbers: bool) -> dict[str, Any]:
    then, now = included(before), included(week)
    gained = [domain for domain in now if domain not in then]
    gone = [domain for domain in then if domain not in now]
    tenths = None if gained or gone else round(week["score"] * 10) - round(before["score"] * 10)
    if tenths is None:
        words = _domains_in_words(gained, gone)
    else:
        words = _hidden_difference(tenths) if hide_numbers else _difference_in_words(tenths, before["from"])
        if tenths < 0 and week["status"] != "complete":
            words += " " + gettext("What you log later still counts.")
    return {
        "compared_with": before["week"],
        "now_includes": gained,
        "no_longer_includes": gone,
        "difference": None if tenths is None else tenths / 10,
        "words": words,
    }


def _domains_in_words(gained: Iterable[str], gone: Iterable[str]) -> str:
    sentences = []
    if names := ", ".join(str(DOMAIN_NAMES[domain]) for domain in gained):
        sentences.append(gettext("Now includes %(domains)s.") % {"domains": names})
    if names := ", ".join(str(DOMAIN_NAMES[domain]) for domain in gone):
        sentences.append(gettext("This time without %(domains)s.") % {"domains": names})
    return " ".join(sentences)


def _difference_in_words(tenths: int, monday: date) -> str:
    words = {
        "points": number_format(abs(tenths) / 10, decimal_pos=1),
        "date": date_format(monday, "MONTH_DAY_FORMAT"),
    }
    if tenths > 0:
        return gettext("%(points)s points more than in the week of %(date)s.") % words
    if tenths < 0:
        return gettext("A quieter week than that of %(date)s, by %(points)s points.") % words
    return gettext("As many points as in the week of %(date)s.") % words


def _hidden_difference(tenths: int) -> str:
    if tenths > 0:
        return gettext("A fuller week than the one before.")
    return gettext("A quieter week than the one before.") if tenths < 0 else gettext("A week like the one before.")


def streak_document(streak: Streak, *, hide_numbers: bool) -> dict[str, Any]:
    """With hidden numbers, nothing tells how many days there are. Words are in the active language."""
    words = _hidden_streak(streak.days) if hide_numbers else _streak_in_words(streak.days)
    if streak.paused_days:
        words += " " + gettext("The days that you excused are a pause.")
    return {
        "days": None if hide_numbers else streak.days,
        "since": None if hide_numbers else streak.since,
        "paused_days": None if hide_numbers else streak.paused_days,
        "words": words,
    }


def _streak_in_words(days: int) -> str:
    if not days:
        return gettext("Any day is a good day to begin.")
    words = ngettext("You have logged on %(days)s day.", "You have logged on %(days)s days in a row.", days)
    return words % {"days": days}


def _hidden_streak(days: int) -> str:
    if not days:
        return gettext("Any day is a good day to begin.")
    return gettext("You have begun to log.") if days == 1 else gettext("You have logged several days in a row.")
