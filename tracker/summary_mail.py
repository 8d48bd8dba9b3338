"""The weekly summary as a mail: MJML templates rendered to HTML, and a plain-text part written as text.

Nothing is loaded from anywhere: no web fonts, no remote style sheets, and the pictures travel inside the mail.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import css_inline
import mrml
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy, pgettext, pgettext_lazy

from backend.outbox.kinds import InlineImage, RenderedMail
from tracker.summary_charts import Bar, Point, trend_chart, week_chart
from tracker.week_words import WeekWords, week_words

DOMAIN_NAMES = {
    "exercise": pgettext_lazy("heading", "Exercise"),
    "cognitive": pgettext_lazy("heading", "Mind"),
    "diet": pgettext_lazy("heading", "Food"),
}
STATUS_WORDS = {
    "complete": gettext_lazy("complete"),
    "at_least": gettext_lazy("at least"),
    "partial": gettext_lazy("from what you logged"),
    "insufficient_data": gettext_lazy("not enough data yet"),
    "excused": gettext_lazy("excused"),
    "not_applicable": gettext_lazy("not part of your plan"),
}

SCORE_WORDS = (
    (85, gettext_lazy("a full week")),
    (60, gettext_lazy("well on the way")),
    (30, gettext_lazy("a good start")),
    (0, gettext_lazy("a beginning")),
)
NO_NUMBER = "\N{EN DASH}"

# What the contexts of mails that an earlier version put into the outbox lack; `guidance` held the suggestions.
_LATER: dict[str, Any] = {
    "nothing_logged": False,
    "words": "",
    "trend": {"weeks": [], "words": None},
    "corrections": [],
}
# Without the at-rules, mails would have no dark colours.
_inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
_render_options = mrml.RenderOptions(fonts={})


def render_summary(context: dict[str, Any]) -> RenderedMail:
    """The mail for a summary's frozen context (`summary_documents.mail_context`). The subject carries no score."""
    context = {**_LATER, **context.get("guidance", {}), **context}
    with translation.override(context["language"]):
        filling = {**context, **_presentation(context)}
        mjml = render_to_string("tracker/weekly_summary.mjml", filling)
        filled = render_to_string("tracker/weekly_summary.txt", filling)
        subject = gettext("Your week is ready")
    # mrml writes a height that HTML has not.
    html = _inliner.inline(mrml.to_html(mjml, None, _render_options).content.replace(' height="auto"', ""))
    text = re.sub(r"\n{3,}", "\n\n", filled).strip() + "\n"
    pictures = (filling["week_picture"], filling["trend_picture"])
    return RenderedMail(subject, text, html, tuple(picture for picture in pictures if picture))


def _presentation(context: dict[str, Any]) -> dict[str, Any]:
    """The words and pictures beside the numbers. With hidden numbers there is neither picture nor date."""
    hide = context["hide_numbers"]
    whole = None if hide else context["score"]
    domains = [_domain(domain, hide=hide, explain=whole is not None) for domain in context["domains"]]
    words = week_words(context["language"])
    weeks = [_week(week, words) for week in context["trend"]["weeks"]]
    if hide or context["nothing_logged"] or sum(week["score"] is not None for week in weeks) < 2:
        weeks = []
    name = " ".join(context["name"].split())
    return {
        "name": name,
        # A name that is written from right to left turns nothing around it.
        "isolated_name": format_html("<bdi>{}</bdi>", name),
        "dates": None if hide else _dates(context["from"], context["to"]),
        "number": None if whole is None else _number(whole),
        "overall_words": _words(context["score"], context["status"]) if hide and context["score"] is not None else "",
        "domains": [] if context["status"] == "excused" else domains,
        "week_picture": _week_picture(whole, domains),
        "week_alt": _week_alt(whole, domains),
        "weeks": weeks,
        "trend_picture": _trend_picture(weeks) if weeks else None,
        "trend_alt": " ".join(_week_sentence(week) for week in weeks),
        "regrouped": any(week["regrouped"] for week in weeks),
        "corrections": [{"words": item["words"], "date": _day(item["from"])} for item in context["corrections"]],
        "app_link": settings.APP_LINK.replace("{week}", context["week"]),
    }


def _domain(domain: dict[str, Any], *, hide: bool, explain: bool) -> dict[str, Any]:
    """In short words, and with a sentence of why there is no number: beside the number of the week, which says it else."""
    score = domain["score"]
    return {
        "name": str(DOMAIN_NAMES[domain["domain"]]),
        "score": None if hide else score,
        "number": NO_NUMBER if score is None else _number(score),
        "short": _words(score, domain["status"]),
        "at_least": domain["status"] == "at_least",
        "sentence": domain.get("words") if explain and score is None else None,
    }


def _week(week: dict[str, Any], words: WeekWords) -> dict[str, Any]:
    """A week of the trend: its date, its number, the domains in it, and whether these are others than before."""
    change = week["change"] or {}
    return {
        "date": _day(week["from"]),
        "score": week["score"],
        "number": NO_NUMBER if week["score"] is None else _number(week["score"]),
        "words": str(STATUS_WORDS[week["status"]]) if week["score"] is None else "",
        "included": tuple(week["included"]),
        "domains": words.domains(week["included"]),
        "regrouped": bool(change.get("now_includes") or change.get("no_longer_includes")),
    }


def _week_picture(whole: float | None, domains: list[dict[str, Any]]) -> InlineImage | None:
    if all(domain["score"] is None for domain in domains):
        return None
    bars = [Bar(domain["name"], domain["score"], domain["number"]) for domain in domains]
    if whole is not None:
        bars.insert(0, Bar(pgettext("heading", "Week"), whole, _number(whole)))
    return InlineImage.of("week", week_chart(bars))


def _week_alt(whole: float | None, domains: list[dict[str, Any]]) -> str:
    """The picture in words."""
    parts = [] if whole is None else [gettext("The week: %(score)s of 100.") % {"score": _number(whole)}]
    for domain in domains:
        pattern = gettext("%(domain)s: at least %(score)s of 100.") if domain["at_least"] else None
        if domain["score"] is None:
            pattern = gettext("%(domain)s: %(words)s.")
        pattern = pattern or gettext("%(domain)s: %(score)s of 100.")
        parts.append(pattern % {"domain": domain["name"], "score": domain["number"], "words": domain["short"]})
    return " ".join(parts)


def _trend_picture(weeks: list[dict[str, Any]]) -> InlineImage:
    points = [Point(week["date"], week["score"], week["number"], week["included"]) for week in weeks]
    return InlineImage.of("trend", trend_chart(points))


def _week_sentence(week: dict[str, Any]) -> str:
    if week["score"] is None:
        return gettext("%(date)s: %(words)s.") % {"date": week["date"], "words": week["words"]}
    return gettext("%(date)s: %(score)s of 100, from %(domains)s.") % {
        "date": week["date"],
        "score": week["number"],
        "domains": week["domains"],
    }


def _dates(first: str, last: str) -> str:
    return gettext("%(first)s to %(last)s") % {"first": _day(first), "last": _day(last)}


def _day(iso: str) -> str:
    return date_format(date.fromisoformat(iso), "MONTH_DAY_FORMAT")


def _number(score: float) -> str:
    """With one decimal and the language's decimal sign."""
    return number_format(score, decimal_pos=1)


def _words(score: float | None, status: str) -> str:
    """A score in words: how it stands, never how somebody compares."""
    if score is None:
        return str(STATUS_WORDS[status])
    return str(next(words for floor, words in SCORE_WORDS if score >= floor))
