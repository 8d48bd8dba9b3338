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

from backend.outbox.kinds import RenderedMail
from tracker.wellness import DISCLAIMER

DOMAIN_NAMES = {"exercise": "Exercise", "cognitive": "Mind", "diet": "Food"}
STATUS_WORDS = {
    "complete": "complete",
    "at_least": "at least",
    "partial": "from what you logged",
    "insufficient_data": "not enough data yet",
    "excused": "excused",
    "not_applicable": "not part of your plan",
}

SCORE_WORDS = ((85, "a full week"), (60, "well on the way"), (30, "a good start"), (0, "a beginning"))
SUBJECT = "Your week is ready"

_inliner = css_inline.CSSInliner(load_remote_stylesheets=False)
_render_options = mrml.RenderOptions(fonts={})


def render_summary(context: dict[str, Any]) -> RenderedMail:
    """The mail for a summary's frozen context (`weekly_summaries.summary_context`). The subject carries no score."""
    with translation.override(context["language"]):
        filling = {**context, **_presentation(context)}
        mjml = render_to_string("tracker/weekly_summary.mjml", filling)
        filled = render_to_string("tracker/weekly_summary.txt", filling)
    html = _inliner.inline(mrml.to_html(mjml, None, _render_options).content)
    text = re.sub(r"\n{3,}", "\n\n", filled).strip() + "\n"
    return RenderedMail(subject=SUBJECT, text=text, html=html)


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
        return STATUS_WORDS[status]
    return next(words for floor, words in SCORE_WORDS if score >= floor)
