"""The sentences of guidance: why this suggestion, in the active language."""

from __future__ import annotations

from fractions import Fraction

from django.utils.translation import gettext, ngettext

from tracker.guidance.choosing import Suggestion
from tracker.practice_words import DOMAIN_NAMES, places_of, plain_number, practice_name
from tracker.scoring.weekly import PracticeScore


def reason(suggestion: Suggestion, *, hide_numbers: bool) -> str:
    """Why this one: the practice, the amount, the target (or the participant's own goal) and the step."""
    practice = suggestion.score
    domain = str(DOMAIN_NAMES[practice.practice.domain])
    if hide_numbers:
        return _reason_without_numbers(suggestion) % {"practice": practice_name(practice.practice), "domain": domain}
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
        "points": plain_number(suggestion.gain, 1),
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
            "amount": plain_number(amount)
        }
    minutes = step.minutes or 0
    return ngettext("%(amount)s more minute", "%(amount)s more minutes", minutes) % {"amount": minutes}


def _of_target(practice: PracticeScore, goal: Fraction) -> dict[str, str]:
    """ "1" of "2" "strength days", "0" of "1" "serving of fish"; minutes without decimals."""
    places = places_of(practice.practice)
    target = plain_number(goal, places)
    return {
        "amount": plain_number(practice.amount, places),
        "target": target,
        "practice": practice_name(practice.practice, one=target == "1"),
    }
