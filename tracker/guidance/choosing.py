"""Guidance for a week: up to three suggestions and one thing to keep going, chosen by rule and explained.

For each practice that applies and is not yet where the participant wants it (their own goal, or else the target), the texts
whose turn it is and that fit the participant are looked at; each carries a step, and the scoring rule says what the step would
add. The practices whose step adds most for its size come first, and no domain gets a second suggestion before every other one
has had its first. The same week always gets the same guidance: texts rotate by the week's number, not by chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from tracker.goals import goal_of
from tracker.guidance.library import (
    LOGGING,
    REST,
    EncouragementText,
    Library,
    SuggestionText,
    read_library,
    turn_of,
)
from tracker.guidance.steps import DomainWeek, Log, TakenStep, condensed, domains_done
from tracker.preferences import NO_PREFERENCES, Preferences
from tracker.scoring.protocol import DOMAINS, WES_1_0_0
from tracker.scoring.records import ParticipantFacts, WeekRecords
from tracker.scoring.weekly import PracticeScore, WeeklyScore, is_older, records_of_week
from tracker.scoring.weeks import Week

MAX_SUGGESTIONS = 3
DOMAIN_WEIGHTS = dict(zip(DOMAINS, WES_1_0_0.domain_weights, strict=True))
Effect = Literal["raises", "keeps", "no_number_yet"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`log`: the step as it would be logged. `goal`: where the participant wants the practice to be, in its unit.

    `effect`: the step `raises` the score; or it `keeps` it, because the target is reached and the participant's own goal lies
    beyond; or there is `no_number_yet` to raise. `gain` is what it adds to the domain's 100 points, `score_gain` to those of
    the week; None where there is no number.
    """

    text: SuggestionText
    score: PracticeScore
    log: Log
    goal: Fraction
    effect: Effect
    gain: Fraction | None
    score_gain: Fraction | None


@dataclass(frozen=True, slots=True)
class Guidance:
    week: Week
    suggestions: tuple[Suggestion, ...]
    keep_going: EncouragementText | None
    kept: PracticeScore | None


@dataclass(frozen=True, slots=True)
class _Candidate:
    """The text that fits best of those for one practice, and its step. `worth`: what the step adds to the week's score, with
    all domains counted, for its size."""

    practice: PracticeScore
    text: SuggestionText
    taken: TakenStep
    worth: Fraction


def choose_guidance(
    records: WeekRecords,
    score: WeeklyScore,
    facts: ParticipantFacts,
    preferences: Preferences = NO_PREFERENCES,
    library: Library | None = None,
) -> Guidance:
    """The guidance of one week: a function of these, and of nothing else. Without a library: the one that the project ships."""
    library = library or read_library()
    week, turn = score.week, turn_of(score.week)
    if score.status == "excused":
        return Guidance(week, (), _encouragement(library, REST, turn), None)
    kept = _best(score)
    keep_going = None
    if kept is not None:
        keep_going = _encouragement(library, kept.practice.code, turn)
    elif records.exercise or records.cognitive or records.diet:
        keep_going = _encouragement(library, LOGGING, turn)
    chosen = _Choice(records_of_week(records), score, facts, preferences, library).suggestions()
    return Guidance(week, chosen, keep_going, kept if keep_going else None)


def _encouragement(library: Library, practice: str, turn: int) -> EncouragementText | None:
    texts = library.encouragements.get((practice, turn), ())
    return texts[0] if texts else None


class _Choice:
    """One week's choice of suggestions."""

    def __init__(
        self,
        records: WeekRecords,
        score: WeeklyScore,
        facts: ParticipantFacts,
        preferences: Preferences,
        library: Library,
    ) -> None:
        self.score = score
        self.preferences = preferences
        self.library = library
        self.turn = turn_of(score.week)
        self.older = is_older(score.week, facts.birth_year)
        fewer = condensed(records)
        self.weeks = [DomainWeek(domain, fewer) for domain in score.domains]
        self.done = domains_done(self.weeks)
        self.applying = {practice.practice.code for domain in score.domains for practice in domain.practices}
        self.total_weight = sum(DOMAIN_WEIGHTS[domain.domain] for domain in score.domains if domain.score is not None)

    def suggestions(self) -> tuple[Suggestion, ...]:
        queues = [sorted(self._candidates(week), key=lambda found: -found.worth) for week in self.weeks]
        chosen: list[_Candidate] = []
        while len(chosen) < MAX_SUGGESTIONS and any(queues):
            # The domains' best candidates, the most worth first; then their second bests, and so on.
            chosen += sorted((queue.pop(0) for queue in queues if queue), key=lambda found: -found.worth)
        return tuple(self._suggestion(found) for found in chosen[:MAX_SUGGESTIONS])

    def _candidates(self, week: DomainWeek) -> Iterator[_Candidate]:
        for practice in week.score.practices:
            if practice.amount < goal_of(practice, self.preferences.goals):
                fitting = list(self._fitting(week, practice))
                if fitting:
                    yield min(fitting, key=self._order)

    def _fitting(self, week: DomainWeek, practice: PracticeScore) -> Iterator[_Candidate]:
        for text in self.library.suggestions.get((practice.practice.code, self.turn), ()):
            if self._fits(text, practice):
                taken = week.take(practice, text.step)
                if taken is not None:
                    worth = taken.gain * DOMAIN_WEIGHTS[week.score.domain] / text.step.effort
                    yield _Candidate(practice, text, taken, worth)

    def _fits(self, text: SuggestionText, practice: PracticeScore) -> bool:
        when = text.when
        return (
            text.id not in self.preferences.not_for_me
            and when.older in (None, self.older)
            and when.started in (None, practice.amount > 0)
            and self.done.issuperset(when.does)
            and self.done.isdisjoint(when.does_not)
            and self.applying.issuperset(when.does)
        )

    def _order(self, found: _Candidate) -> tuple[bool, int, Fraction, str]:
        """What the participant called useful first; then what fits more closely; then what adds more for its size."""
        return (
            found.text.id not in self.preferences.useful,
            -found.text.when.count,
            -found.worth,
            found.text.id,
        )

    def _suggestion(self, found: _Candidate) -> Suggestion:
        practice = found.practice
        gain = None if practice.points is None else found.taken.gain
        score_gain = None
        if gain is not None and self.score.score is not None:
            score_gain = gain * DOMAIN_WEIGHTS[practice.practice.domain] / self.total_weight
        effect: Effect = "no_number_yet" if gain is None else "raises" if gain else "keeps"
        return Suggestion(
            found.text, practice, found.taken.log, goal_of(practice, self.preferences.goals), effect, gain, score_gain
        )


def _best(score: WeeklyScore) -> PracticeScore | None:
    """The practice nearest to its target, of those that are half-way at least (else the texts would say too much); the
    protocol's order decides ties."""
    half_way = [
        practice
        for domain in score.domains
        for practice in domain.practices
        if practice.target and 2 * practice.amount >= practice.target
    ]
    return max(half_way, key=lambda practice: min(1, practice.amount / practice.target), default=None)
