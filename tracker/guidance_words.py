"""The sentences of guidance: why this suggestion, and how near a practice came to its target. In the active language."""

from __future__ import annotations

from fractions import Fraction

from django.utils.translation import gettext

from tracker.practice_words import DOMAIN_NAMES, places_of, plain_number, practice_name
from tracker.scoring.weekly import PracticeScore


def reason(practice: PracticeScore, step: Fraction, gain: Fraction | None, *, hide_numbers: bool) -> str:
    """Why this one: the practice, the amount, the target and the step."""
    domain = str(DOMAIN_NAMES[practice.practice.domain])
    if hide_numbers:
        return gettext(
            "There is room for more %(practice)s in your week, and a small step here does a lot for %(domain)s."
        ) % {"practice": practice_name(practice.practice), "domain": domain}
    words = {**_of_target(practice), "step": plain_number(step), "domain": domain}
    if gain is None:
        return gettext("You logged %(amount)s of %(target)s %(practice)s; %(step)s more is a small step.") % words
    return gettext(
        "You logged %(amount)s of %(target)s %(practice)s; %(step)s more would add %(points)s points to %(domain)s."
    ) % {**words, "points": plain_number(gain, 1)}


def kept_reason(practice: PracticeScore, *, hide_numbers: bool) -> str:
    if hide_numbers:
        return gettext("Of all practices, %(practice)s came closest to the week's target.") % {
            "practice": practice_name(practice.practice)
        }
    return gettext("You logged %(amount)s of %(target)s %(practice)s.") % _of_target(practice)


def _of_target(practice: PracticeScore) -> dict[str, str]:
    """ "1" of "2" "strength days", "0" of "1" "serving of fish"; minutes without decimals."""
    places = places_of(practice.practice)
    target = plain_number(practice.target, places)
    return {
        "amount": plain_number(practice.amount, places),
        "target": target,
        "practice": practice_name(practice.practice, one=target == "1"),
    }
