"""The sentences of guidance: why this suggestion, and how near a practice came to its target. In the active language."""

from __future__ import annotations

from fractions import Fraction

from django.utils.formats import get_format
from django.utils.translation import gettext, gettext_lazy, ngettext_lazy

from tracker.scoring.rounding import half_up
from tracker.scoring.weekly import PracticeScore

# After a number, which decides between singular and plural: "of 1 serving of fish".
PRACTICE_NAMES = {
    "aerobic_minutes": ngettext_lazy("active minute", "active minutes", "count"),
    "strength_days": ngettext_lazy("strength day", "strength days", "count"),
    "active_days": ngettext_lazy("active day", "active days", "count"),
    "balance_days": ngettext_lazy("balance day", "balance days", "count"),
    "activity_days": ngettext_lazy("activity day", "activity days", "count"),
    "cognitive_minutes": ngettext_lazy("minute of mental activity", "minutes of mental activity", "count"),
    "skill_days": ngettext_lazy("skill day", "skill days", "count"),
    "variety": ngettext_lazy("kind of activity", "kinds of activity", "count"),
    "social_days": ngettext_lazy("social day", "social days", "count"),
    "leafy_greens": ngettext_lazy("serving of leafy greens", "servings of leafy greens", "count"),
    "other_vegetables": ngettext_lazy("serving of other vegetables", "servings of other vegetables", "count"),
    "berries": ngettext_lazy("serving of berries", "servings of berries", "count"),
    "nuts": ngettext_lazy("serving of nuts", "servings of nuts", "count"),
    "beans": ngettext_lazy("serving of beans", "servings of beans", "count"),
    "whole_grains": ngettext_lazy("serving of whole grains", "servings of whole grains", "count"),
    "fish": ngettext_lazy("serving of fish", "servings of fish", "count"),
    "olive_oil": ngettext_lazy("day with olive oil", "days with olive oil", "count"),
}
DOMAIN_NAMES = {
    "exercise": gettext_lazy("exercise"),
    "cognitive": gettext_lazy("mental activity"),
    "diet": gettext_lazy("food"),
}


def reason(practice: PracticeScore, step: Fraction, gain: Fraction | None, *, hide_numbers: bool) -> str:
    """Why this one: the practice, the amount, the target and the step."""
    domain = str(DOMAIN_NAMES[practice.practice.domain])
    if hide_numbers:
        return gettext(
            "There is room for more %(practice)s in your week, and a small step here does a lot for %(domain)s."
        ) % {"practice": practice_name(practice), "domain": domain}
    words = {**_of_target(practice), "step": _plain(step), "domain": domain}
    if gain is None:
        return gettext("You logged %(amount)s of %(target)s %(practice)s; %(step)s more is a small step.") % words
    return gettext(
        "You logged %(amount)s of %(target)s %(practice)s; %(step)s more would add %(points)s points to %(domain)s."
    ) % {**words, "points": _plain(gain, 1)}


def kept_reason(practice: PracticeScore, *, hide_numbers: bool) -> str:
    if hide_numbers:
        return gettext("Of all practices, %(practice)s came closest to the week's target.") % {
            "practice": practice_name(practice)
        }
    return gettext("You logged %(amount)s of %(target)s %(practice)s.") % _of_target(practice)


def practice_name(practice: PracticeScore, *, one: bool = False) -> str:
    return str(PRACTICE_NAMES[practice.practice.code] % {"count": 1 if one else 2})


def _of_target(practice: PracticeScore) -> dict[str, str]:
    """ "1" of "2" "strength days", "0" of "1" "serving of fish"; minutes without decimals."""
    places = 0 if practice.practice.unit == "minutes" else 2
    target = _plain(practice.target, places)
    return {
        "amount": _plain(practice.amount, places),
        "target": target,
        "practice": practice_name(practice, one=target == "1"),
    }


def _plain(value: Fraction, places: int = 2) -> str:
    """A number as people write it: no trailing zeros, and the language's decimal sign."""
    text = f"{half_up(value, places) / 10**places:.{places}f}"
    shortest = text.rstrip("0").rstrip(".") if "." in text else text
    return shortest.replace(".", str(get_format("DECIMAL_SEPARATOR")))
