"""What practices and domains are called inside a sentence, and numbers as people write them. In the active language."""

from __future__ import annotations

from fractions import Fraction

from django.utils.formats import get_format
from django.utils.translation import gettext_lazy, ngettext_lazy

from tracker.scoring.protocol import Practice
from tracker.scoring.rounding import half_up

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


def practice_name(practice: Practice, *, one: bool = False) -> str:
    return str(PRACTICE_NAMES[practice.code] % {"count": 1 if one else 2})


def places_of(practice: Practice) -> int:
    """Minutes are written without decimals."""
    return 0 if practice.unit == "minutes" else 2


def plain_number(value: Fraction | int, places: int = 2, *, decimal_sign: str | None = None) -> str:
    """A number as people write it: no trailing zeros, and the language's decimal sign."""
    whole, rest = divmod(half_up(value, places), 10**places)
    if not rest:
        return str(whole)
    sign = str(get_format("DECIMAL_SEPARATOR")) if decimal_sign is None else decimal_sign
    return f"{whole}{sign}{rest:0{places}d}".rstrip("0")
