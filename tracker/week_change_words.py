"""What became of a week's score, or would become of it, in a sentence.

Scores over different sets of domains are not compared: the sentence says what is included instead of showing a fall.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy

from tracker.scoring.weekly import WeeklyScore
from tracker.week_words import week_words

_HAPPENED: Mapping[str, Any] = {
    "more": gettext_lazy("The week went from %(before)s to %(after)s of 100."),
    "less": gettext_lazy("The week went from %(before)s to %(after)s of 100."),
    "same": gettext_lazy("The week stayed at %(after)s of 100."),
    "number": gettext_lazy("The week has a number now: %(after)s of 100."),
    "no number": gettext_lazy("The week has no number now."),
    "still none": gettext_lazy("Some details have changed; the week has no number so far."),
    "includes": gettext_lazy("The week now includes %(domains)s: %(after)s of 100."),
    "leaves out": gettext_lazy("The week now leaves %(domains)s aside: %(after)s of 100."),
    "exchanges": gettext_lazy("The week now includes %(domains)s and leaves %(gone)s aside: %(after)s of 100."),
}
_HAPPENED_WITHOUT_NUMBERS: Mapping[str, Any] = {
    "more": gettext_lazy("More of your week counts now."),
    "less": gettext_lazy("Your week looks a little different now."),
    "same": gettext_lazy("Some details have changed; your week as a whole looks the same."),
    "number": gettext_lazy("There is a picture of your whole week now."),
    "no number": gettext_lazy("There is no picture of the week as a whole now."),
    "still none": gettext_lazy("Some details have changed; there is no picture of the week as a whole so far."),
    "includes": gettext_lazy("The week now includes %(domains)s."),
    "leaves out": gettext_lazy("The week now leaves %(domains)s aside."),
    "exchanges": gettext_lazy("The week now includes %(domains)s and leaves %(gone)s aside."),
}
_SUPPOSED: Mapping[str, Any] = {
    "more": gettext_lazy("With this, the week would go from %(before)s to %(after)s of 100."),
    "less": gettext_lazy("With this, the week would go from %(before)s to %(after)s of 100."),
    "same": gettext_lazy("With this, the week would stay at %(after)s of 100."),
    "number": gettext_lazy("With this, the week would have a number: %(after)s of 100."),
    "no number": gettext_lazy("With this, the week would have no number."),
    "still none": gettext_lazy("With this, the week would have no number so far."),
    "includes": gettext_lazy("With this, the week would include %(domains)s: %(after)s of 100."),
    "leaves out": gettext_lazy("With this, the week would leave %(domains)s aside: %(after)s of 100."),
    "exchanges": gettext_lazy(
        "With this, the week would include %(domains)s and leave %(gone)s aside: %(after)s of 100."
    ),
}
_SUPPOSED_WITHOUT_NUMBERS: Mapping[str, Any] = {
    "more": gettext_lazy("With this, more of your week would count."),
    "less": gettext_lazy("With this, your week would look a little different."),
    "same": gettext_lazy("With this, your week as a whole would look the same."),
    "number": gettext_lazy("With this, there would be a picture of your whole week."),
    "no number": gettext_lazy("With this, there would be no picture of the week as a whole."),
    "still none": gettext_lazy("With this, there would be no picture of the week as a whole so far."),
    "includes": gettext_lazy("With this, the week would include %(domains)s."),
    "leaves out": gettext_lazy("With this, the week would leave %(domains)s aside."),
    "exchanges": gettext_lazy("With this, the week would include %(domains)s and leave %(gone)s aside."),
}


class ChangeWords:
    """The sentences of one language, with numbers or without. Made by `change_words`."""

    def __init__(self, language: str, *, hide_numbers: bool) -> None:
        self._words = week_words(language, hide_numbers=hide_numbers)
        with translation.override(language):
            happened = _HAPPENED_WITHOUT_NUMBERS if hide_numbers else _HAPPENED
            supposed = _SUPPOSED_WITHOUT_NUMBERS if hide_numbers else _SUPPOSED
            self._happened = {kind: str(text) for kind, text in happened.items()}
            self._supposed = {kind: str(text) for kind, text in supposed.items()}

    def happened(
        self, before: int | None, after: int | None, scored_before: Sequence[str], scored_after: Sequence[str]
    ) -> str:
        """Of scores in tenths, and the domains that they are made from."""
        return self._told(self._happened, before, after, scored_before, scored_after)

    def supposed(self, before: WeeklyScore, after: WeeklyScore) -> str:
        return self._told(self._supposed, before.score, after.score, _scored(before), _scored(after))

    def _told(
        self,
        texts: Mapping[str, str],
        before: int | None,
        after: int | None,
        scored_before: Sequence[str],
        scored_after: Sequence[str],
    ) -> str:
        added = [domain for domain in scored_after if domain not in scored_before]
        gone = [domain for domain in scored_before if domain not in scored_after]
        if after is None:
            kind = "still none" if before is None else "no number"
        elif before is None:
            kind = "number"
        elif added or gone:
            kind = "exchanges" if added and gone else "includes" if added else "leaves out"
        else:
            kind = "same" if before == after else "more" if before < after else "less"
        return texts[kind] % {
            "before": self._words.score(before),
            "after": self._words.score(after),
            "domains": self._words.domains(added or gone),
            "gone": self._words.domains(gone),
        }


def _scored(score: WeeklyScore) -> list[str]:
    return [domain.domain for domain in score.domains if domain.score is not None]


@cache
def change_words(language: str, *, hide_numbers: bool) -> ChangeWords:
    return ChangeWords(language, hide_numbers=hide_numbers)
