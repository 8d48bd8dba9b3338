"""The weekly summary as a mail: MJML templates rendered to HTML, and a plain-text part written as text.

Nothing is loaded from anywhere: no web fonts, no remote style sheets or images.
"""

from __future__ import annotations

import re
from typing import Any

import css_inline
import mrml
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from backend.outbox.kinds import RenderedMail
from tracker.wellness import DISCLAIMER

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

_inliner = css_inline.CSSInliner(load_remote_stylesheets=False)
_render_options = mrml.RenderOptions(fonts={})


def render_summary(context: dict[str, Any]) -> RenderedMail:
    """The mail for a summary's frozen context (`weekly_summaries.summary_context`). The subject carries no score."""
    with translation.override(context["language"]):
        filling = {**context, **_presentation(context)}
        mjml = render_to_string("tracker/weekly_summary.mjml", filling)
        filled = render_to_string("tracker/weekly_summary.txt", filling)
        subject = gettext("Your week is ready")
    html = _inliner.inline(mrml.to_html(mjml, None, _render_options).content)
    text = re.sub(r"\n{3,}", "\n\n", filled).strip() + "\n"
    return RenderedMail(subject=subject, text=text, html=html)


def _presentation(context: dict[str, Any]) -> dict[str, Any]:
    """The words and bars beside the numbers."""
    hide = context["hide_numbers"]
    bars = [
        {
            "name": DOMAIN_NAMES[domain["domain"]],
            "score": domain["score"],
            "words": _words(domain["score"], domain["status"]),
            "show_number": domain["score"] is not None and not hide,
            "filled": round(domain["score"] or 0),
            "empty": 100 - round(domain["score"] or 0),
        }
        for domain in context["domains"]
    ]
    return {
        "bars": bars,
        "overall_words": _words(context["score"], context["status"]),
        "show_score": context["score"] is not None and not hide,
        "logged_anything": any(domain["logged_days"] for domain in context["domains"]),
        "disclaimer": DISCLAIMER,
    }


def _words(score: float | None, status: str) -> str:
    """A score in words: how it stands, never how somebody compares."""
    if score is None:
        return str(STATUS_WORDS[status])
    return str(next(words for floor, words in SCORE_WORDS if score >= floor))
