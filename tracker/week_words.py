"""A week in words: its score and status, each domain, each practice, and what each log counted for.

Every pattern is translated once for each language, and then filled in: a week has some sixty sentences, and phones ask for
it all the time. Where a participant hides numbers, other patterns say the same without any.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from django.utils import translation
from django.utils.formats import get_format
from django.utils.translation import gettext_lazy

from tracker.practice_words import DOMAIN_NAMES, PRACTICE_NAMES, places_of, plain_number, practice_name
from tracker.scoring.explaining import LogExplanation
from tracker.scoring.protocol import MIN_SCORED_DOMAINS, PRACTICES
from tracker.scoring.weekly import DomainScore, PracticeScore, WeeklyScore

NOT_COUNTED = {
    "duplicate": gettext_lazy("The same session came from another source too, and it counts once."),
    "not_applicable": gettext_lazy("It is noted. You chose that what it could count for doesn't apply to you."),
    "no_scored_food": gettext_lazy("The meal is noted; none of its foods is among those that are counted."),
    "no_intensity": gettext_lazy("It is noted. Say how much effort it took, and its minutes can count."),
    "light_intensity": gettext_lazy("It is noted as light activity; minutes count from a moderate effort on."),
    "below_daily_minimum": gettext_lazy("It is noted. A little more of it on the same day would count."),
}
_ALWAYS: Mapping[str, Any] = {
    "practice nothing": gettext_lazy("Nothing logged here yet."),
    "practice nothing asked": gettext_lazy("Nothing is asked for here in an excused week."),
    "domain insufficient_data": gettext_lazy("No number yet: three logged days in %(domain)s make one."),
    "domain excused": gettext_lazy("This week is excused: nothing is asked for in %(domain)s."),
    "domain not_applicable": gettext_lazy("You chose that %(domain)s doesn't apply to you, so it is left aside."),
    "week insufficient_data": gettext_lazy("No number yet: three logged days in each of two areas make one."),
    "week of one domain": gettext_lazy("The week as a whole has no number, because two areas don't apply to you."),
    "week excused": gettext_lazy("This week is excused, so nothing is asked for; what you logged is kept."),
    "and": gettext_lazy("%(first)s and %(last)s"),
}
_WITH_NUMBERS: Mapping[str, Any] = {
    "practice some": gettext_lazy("You logged %(amount)s of %(target)s %(practice)s."),
    "practice most": gettext_lazy("You logged %(amount)s of %(target)s %(practice)s."),
    "practice reached": gettext_lazy("You logged %(amount)s %(practice)s, which is the week's target."),
    "practice past": gettext_lazy("You logged %(amount)s %(practice)s, more than the week's target of %(target)s."),
    "practice excused": gettext_lazy("You logged %(amount)s %(practice)s in an excused week."),
    "domain complete": gettext_lazy("%(score)s of 100 in %(domain)s, with everything logged."),
    "domain at_least": gettext_lazy("At least %(score)s of 100 in %(domain)s so far; more logs can add to it."),
    "week complete": gettext_lazy("%(score)s of 100 for the week, with everything logged."),
    "week at_least": gettext_lazy("At least %(score)s of 100 so far; more logs can add to it."),
    "week partial": gettext_lazy(
        "%(score)s of 100 so far, from %(scored)s; three logged days in %(missing)s would bring it in."
    ),
    "log counted": gettext_lazy("Counted %(amounts)s."),
}
_WITHOUT_NUMBERS: Mapping[str, Any] = {
    "practice some": gettext_lazy("You logged some of the week's %(practice)s."),
    "practice most": gettext_lazy("You logged most of the week's %(practice)s."),
    "practice reached": gettext_lazy("You reached the week's target for %(practice)s."),
    "practice past": gettext_lazy("You went past the week's target for %(practice)s."),
    "practice excused": gettext_lazy("You logged %(practice)s in an excused week."),
    "domain complete": gettext_lazy("Everything in %(domain)s is logged for this week."),
    "domain at_least": gettext_lazy("Several days in %(domain)s are logged; more logs can add to it."),
    "week complete": gettext_lazy("Everything is logged for this week."),
    "week at_least": gettext_lazy("Several days of this week are logged; more logs can add to it."),
    "week partial": gettext_lazy(
        "There is a good deal logged in %(scored)s; three logged days in %(missing)s would bring it in."
    ),
    "log counted": gettext_lazy("Counted for %(amounts)s."),
}


class WeekWords:
    """The sentences of one language, with numbers or without. Made by `week_words`."""

    def __init__(self, language: str, *, hide_numbers: bool) -> None:
        self.hides_numbers = hide_numbers
        with translation.override(language):
            chosen = {**_ALWAYS, **(_WITHOUT_NUMBERS if hide_numbers else _WITH_NUMBERS)}
            self.texts = {key: str(text) for key, text in chosen.items()}
            self._not_counted = {reason: str(text) for reason, text in NOT_COUNTED.items()}
            self._domains = {domain: str(name) for domain, name in DOMAIN_NAMES.items()}
            self._many = {code: practice_name(PRACTICES[code]) for code in PRACTICE_NAMES}
            self._one = {code: practice_name(PRACTICES[code], one=True) for code in PRACTICE_NAMES}
            self._decimal_sign = str(get_format("DECIMAL_SEPARATOR"))

    def of_week(self, score: WeeklyScore) -> str:
        return self._of_week(score.status, score.score, {part.domain: part.status for part in score.domains})

    def of_overview(self, overview: Mapping[str, Any]) -> str:
        """The same of a week's score as lists show it."""
        score = overview["score"]
        statuses = {part["domain"]: part["status"] for part in overview["domains"]}
        return self._of_week(overview["status"], None if score is None else round(10 * score), statuses)

    def _of_week(self, status: str, tenths: int | None, domains: Mapping[str, str]) -> str:
        if status == "insufficient_data":
            applying = [domain for domain in domains.values() if domain != "not_applicable"]
            return self.texts[f"week {status if len(applying) >= MIN_SCORED_DOMAINS else 'of one domain'}"]
        scored = [domain for domain, known in domains.items() if known in ("complete", "at_least")]
        missing = [domain for domain, known in domains.items() if known == "insufficient_data"]
        return self.texts[f"week {status}"] % {
            "score": self.score(tenths),
            "scored": self.domains(scored),
            "missing": self.domains(missing),
        }

    def of_domain(self, score: DomainScore) -> str:
        words = {"score": self.score(score.score), "domain": self._domains[score.domain]}
        return self.texts[f"domain {score.status}"] % words

    def of_practice(self, score: PracticeScore, *, excused: bool = False) -> str:
        code = score.practice.code
        amount, target = score.amount, score.target
        if excused:
            pattern = "practice excused" if amount else "practice nothing asked"
        elif not amount:
            pattern = "practice nothing"
        elif amount < target:
            pattern = "practice most" if 2 * amount > target else "practice some"
        else:
            pattern = "practice reached" if amount == target else "practice past"
        if self.hides_numbers:
            return self.texts[pattern] % {"practice": self._many[code]}
        places = places_of(score.practice)
        shown, shown_target = self._number(amount, places), self._number(target, places)
        name = self._name(code, shown_target if pattern in ("practice some", "practice most") else shown)
        return self.texts[pattern] % {"amount": shown, "target": shown_target, "practice": name}

    def of_log(self, log: LogExplanation) -> str:
        if log.not_counted_because is not None:
            return self._not_counted[log.not_counted_because]
        if self.hides_numbers:
            parts = [self._many[code] for code in log.counted]
        else:
            parts = [self._share(code, amount) for code, amount in log.counted.items()]
        return self.texts["log counted"] % {"amounts": self._listed(parts)}

    def domains(self, codes: Sequence[str]) -> str:
        """ "exercise", "exercise and food"."""
        return self._listed([self._domains[code] for code in codes])

    def score(self, tenths: int | None) -> str:
        return "" if tenths is None else self._number(Fraction(tenths, 10), 1)

    def _share(self, code: str, amount: Fraction | int) -> str:
        """What a log counted for; a day is shared among its logs, and a short one's share may round to nothing."""
        shown = self._number(amount, places_of(PRACTICES[code]))
        if shown == "0":
            least = Fraction(1, 10 ** places_of(PRACTICES[code]))
            shown = f"< {self._number(least, 2)}"
        return f"{shown} {self._name(code, shown)}"

    def _name(self, code: str, shown: str) -> str:
        return (self._one if shown == "1" else self._many)[code]

    def _number(self, value: Fraction | int, places: int) -> str:
        if value.denominator == 1:
            return str(value.numerator)
        return plain_number(value, places, decimal_sign=self._decimal_sign)

    def _listed(self, parts: Sequence[str]) -> str:
        if len(parts) < 2:
            return "".join(parts)
        return self.texts["and"] % {"first": ", ".join(parts[:-1]), "last": parts[-1]}


@cache
def week_words(language: str, *, hide_numbers: bool = False) -> WeekWords:
    return WeekWords(language, hide_numbers=hide_numbers)


def words_of(document: Any) -> Iterator[str]:
    """Every sentence in a week's document."""
    if isinstance(document, Mapping):
        for name, value in document.items():
            if name == "words":
                yield value
            else:
                yield from words_of(value)
    elif isinstance(document, list):
        for item in document:
            yield from words_of(item)
