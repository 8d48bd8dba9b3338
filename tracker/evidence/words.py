"""Effects, targets and sources in words, in the active language."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_lazy, ngettext, ngettext_lazy, pgettext_lazy

from tracker.evidence.cards import Effect
from tracker.scoring.protocol import Practice

DOMAIN_HEADINGS = {
    "exercise": pgettext_lazy("heading", "Exercise"),
    "cognitive": pgettext_lazy("heading", "Mental activity"),
    "diet": pgettext_lazy("heading", "Food"),
}
_MEASURES = {
    "SMD": gettext_lazy("standardised mean difference"),
    "Hedges g": gettext_lazy("Hedges g"),
    "MD": gettext_lazy("mean difference"),
}
_TARGETS = {
    "minutes": ngettext_lazy("%(count)s minute a week", "%(count)s minutes a week", "count"),
    "days": ngettext_lazy("%(count)s day a week", "%(count)s days a week", "count"),
    "category-days": ngettext_lazy("%(count)s time a week", "%(count)s times a week", "count"),
    "categories": ngettext_lazy("%(count)s kind a week", "%(count)s kinds a week", "count"),
    "servings": ngettext_lazy("%(count)s serving a week", "%(count)s servings a week", "count"),
}
# Those of the protocol's sources that are more than a name.
_SOURCES = {
    "WHO 2020": gettext_lazy("WHO 2020"),
    "WHO 2020, 65+": gettext_lazy("WHO 2020, from 65 years on"),
    "U.S. POINTER's four sessions": gettext_lazy("the four sessions of U.S. POINTER"),
    "convention": gettext_lazy("a convention of this score"),
    "MIND, adapted": gettext_lazy("MIND, adapted"),
}


def target_words(practice: Practice) -> str:
    return str(_TARGETS[practice.unit] % {"count": practice.target // practice.base_per_unit})


def source_words(source: str) -> str:
    return str(_SOURCES.get(source, source))


def scale_words(unit: str | None) -> str:
    """What the axis of a plot measures."""
    if unit is None:
        return gettext("Standardised difference, without a unit")
    return gettext("Mean difference in %(unit)s") % {"unit": unit}


def effect_words(effect: Effect, *, language: str) -> str:
    """All that a row of a plot shows, as a sentence: whose, what, from where to where, in whom."""
    parts = [f"{effect.source}: {_MEASURES[effect.measure]} {_number(effect.value)}{_unit(effect)}"]
    if effect.low is None or effect.high is None:
        parts.append(gettext("interval not at hand"))
    else:
        ends = {"low": _number(effect.low), "high": _number(effect.high)}
        parts.append(gettext("95%% interval from %(low)s to %(high)s") % ends)
    if effect.studies:
        parts.append(ngettext("%(count)s study", "%(count)s studies", effect.studies) % {"count": effect.studies})
    if effect.participants:
        people = ngettext("%(count)s person", "%(count)s people", effect.participants)
        parts.append(people % {"count": effect.participants})
    if effect.population:
        parts.append(effect.population[language])
    return "; ".join(parts) + "."


def _unit(effect: Effect) -> str:
    return f" {effect.unit}" if effect.unit else ""


def _number(value: float) -> str:
    """As published: two decimals and a point, in every language; with a minus as printers set it."""
    return f"{value:.2f}".replace("-", "\N{MINUS SIGN}")
