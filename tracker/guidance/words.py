"""The sentences of guidance: why this suggestion, and how near a practice came to its target. In the active language."""

from __future__ import annotations

from fractions import Fraction

from django.utils.formats import get_format
from django.utils.translation import gettext, gettext_lazy, ngettext, ngettext_lazy

from tracker.guidance.choosing import Suggestion
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


def reason(suggestion: Suggestion, *, hide_numbers: bool) -> str:
    """Why this one: the practice, the amount, the target (or the participant's own goal) and the step."""
    practice = suggestion.score
    domain = str(DOMAIN_NAMES[practice.practice.domain])
    if hide_numbers:
        return _reason_without_numbers(suggestion) % {"practice": practice_name(practice), "domain": domain}
    logged = _logged(practice, suggestion.goal) % _of_target(practice, suggestion.goal)
    step = {"logged": logged, "step": _step(suggestion), "domain": domain}
    if suggestion.gain is None:
        return gettext("%(logged)s; %(step)s would be a small step.") % step
    if suggestion.effect == "keeps":
        return (
            gettext("%(logged)s; %(step)s would bring you nearer to your goal and keep the points for %(domain)s.")
            % step
        )
    return gettext("%(logged)s; %(step)s would add %(points)s points to %(domain)s.") % {
        **step,
        "points": _plain(suggestion.gain, 1),
    }


def _reason_without_numbers(suggestion: Suggestion) -> str:
    if suggestion.effect == "keeps":
        return gettext(
            "You reached the week's target for %(practice)s; a little more brings you nearer to your own goal."
        )
    if suggestion.effect == "no_number_yet":
        return gettext("There is room for more %(practice)s in your week, and a small step is a good beginning.")
    return gettext("There is room for more %(practice)s in your week, and a small step here does a lot for %(domain)s.")


def _logged(practice: PracticeScore, goal: Fraction) -> str:
    if goal == practice.target:
        return gettext("You logged %(amount)s of %(target)s %(practice)s")
    return gettext("You logged %(amount)s of the %(target)s %(practice)s that you aim for")


def _step(suggestion: Suggestion) -> str:
    """ "10 more minutes", "1 more serving": what the step is, as its text says it."""
    step = suggestion.text.step
    if step.servings is not None:
        amount = Fraction(step.servings)
        return ngettext("%(amount)s more serving", "%(amount)s more servings", 1 if amount <= 1 else 2) % {
            "amount": _plain(amount)
        }
    minutes = step.minutes or 0
    return ngettext("%(amount)s more minute", "%(amount)s more minutes", minutes) % {"amount": minutes}


def kept_reason(practice: PracticeScore, *, hide_numbers: bool) -> str:
    if hide_numbers:
        return gettext("Of all practices, %(practice)s came closest to the week's target.") % {
            "practice": practice_name(practice)
        }
    return gettext("You logged %(amount)s of %(target)s %(practice)s.") % _of_target(practice)


def practice_name(practice: PracticeScore, *, one: bool = False) -> str:
    return str(PRACTICE_NAMES[practice.practice.code] % {"count": 1 if one else 2})


def _of_target(practice: PracticeScore, goal: Fraction | None = None) -> dict[str, str]:
    """ "1" of "2" "strength days", "0" of "1" "serving of fish"; minutes without decimals."""
    places = 0 if practice.practice.unit == "minutes" else 2
    target = _plain(practice.target if goal is None else goal, places)
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
