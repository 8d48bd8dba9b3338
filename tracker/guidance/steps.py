"""What taking a step would add: it is put among the week's records, and the scoring rule says the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cached_property

from tracker.guidance.library import Step
from tracker.scoring.protocol import FOOD_GROUPS, MINUTE, PRACTICES
from tracker.scoring.records import CognitiveRecord, DietRecord, ExerciseRecord, WeekRecords
from tracker.scoring.sharing import amounts
from tracker.scoring.weekly import DomainScore, PracticeScore, domain_shares, open_days_of

NEW = "new"  # the id of the record that isn't there
Log = ExerciseRecord | CognitiveRecord | DietRecord


@dataclass(frozen=True, slots=True)
class TakenStep:
    """A step as the log that it would be, and what that would add to the domain's 100 points."""

    log: Log
    gain: Fraction


@dataclass(frozen=True)
class DomainWeek:
    """One domain of a week as it stands, to try steps on; `records` are `condensed`."""

    score: DomainScore
    records: WeekRecords

    @cached_property
    def before(self) -> dict[str, int]:
        """Of every practice of the domain, also those that don't apply, in base units."""
        return amounts(domain_shares(self.score.domain, self.records))

    @cached_property
    def _logs(self) -> Sequence[Log]:
        logs: Sequence[Log] = getattr(self.records, self.score.domain)
        return logs

    @cached_property
    def _free_days(self) -> list[date]:
        """Days that are not excused, those with the least in them first."""
        taken = Counter[date]()
        for log in self._logs:
            taken[log.day] += sum(log.servings) if isinstance(log, DietRecord) else log.seconds
        return sorted(open_days_of(self.records), key=lambda day: (taken[day], day))

    @cached_property
    def _logged_days(self) -> list[date]:
        return sorted({log.day for log in self._logs})

    def take(self, practice: PracticeScore, step: Step) -> TakenStep | None:
        """The step where it fits best, if it adds to its practice at all. A free day is the first on which it does, those with
        the least in them before others; to a day that has some already it is added where it gains most."""
        first = step.on == "free"
        best: TakenStep | None = None
        for log in self._as_logs(practice.practice.code, step):
            after = self._amounts_with(log)
            if after[practice.practice.code] <= self.before[practice.practice.code]:
                continue
            taken = TakenStep(log, self._gain(after))
            if first:
                return taken
            if best is None or taken.gain > best.gain:
                best = taken
        return best

    def _as_logs(self, practice: str, step: Step) -> Iterator[Log]:
        days = self._free_days if step.on == "free" else self._logged_days
        seconds = (step.minutes or 0) * MINUTE
        if self.score.domain == "exercise":
            yield from (ExerciseRecord(NEW, day, seconds, step.intensity, step.strength, step.balance) for day in days)
        elif self.score.domain == "cognitive":
            for category in step.categories:
                yield from (CognitiveRecord(NEW, day, seconds, category, step.social) for day in days)
        else:
            hundredths = int((step.servings or 0) * 100)
            servings = tuple(hundredths if group == practice else 0 for group in FOOD_GROUPS)
            yield from (DietRecord(NEW, day, servings) for day in days)

    def _amounts_with(self, log: Log) -> dict[str, int]:
        return amounts(domain_shares(self.score.domain, with_log(self.records, log)))

    def _gain(self, after: dict[str, int]) -> Fraction:
        return sum((_gain(practice, after[practice.practice.code]) for practice in self.score.practices), Fraction(0))


def condensed(records: WeekRecords) -> WeekRecords:
    """The week with the logs of one day that count alike as one. Every practice has the same amount, and trying a step takes
    no longer for somebody with thousands of logs."""
    exercise = Counter[tuple[date, str | None, bool, bool]]()
    cognitive = Counter[tuple[date, str, bool]]()
    diet: dict[date, list[int]] = {}
    for log in records.exercise:
        if log.duplicate_of is None:
            exercise[log.day, log.intensity, log.strength, log.balance] += log.seconds
    for activity in records.cognitive:
        cognitive[activity.day, activity.category, activity.social] += activity.seconds
    for meal in records.diet:
        eaten = diet.setdefault(meal.day, [0] * len(FOOD_GROUPS))
        diet[meal.day] = [more + amount for more, amount in zip(eaten, meal.servings, strict=True)]
    return replace(
        records,
        exercise=tuple(
            ExerciseRecord(str(number), day, seconds, intensity, strength, balance)
            for number, ((day, intensity, strength, balance), seconds) in enumerate(exercise.items())
        ),
        cognitive=tuple(
            CognitiveRecord(str(number), day, seconds, category, social)
            for number, ((day, category, social), seconds) in enumerate(cognitive.items())
        ),
        diet=tuple(DietRecord(str(day), day, tuple(servings)) for day, servings in diet.items()),
    )


def with_log(records: WeekRecords, log: Log) -> WeekRecords:
    """The week with one more log."""
    if isinstance(log, ExerciseRecord):
        return replace(records, exercise=(*records.exercise, log))
    if isinstance(log, CognitiveRecord):
        return replace(records, cognitive=(*records.cognitive, log))
    return replace(records, diet=(*records.diet, log))


def _gain(practice: PracticeScore, after: int) -> Fraction:
    """What more of one practice adds to the domain's 100 points: nothing past the target."""
    amount = Fraction(after, practice.practice.base_per_unit)
    if amount == practice.amount or practice.amount >= practice.target:
        return Fraction(0)
    return 100 * practice.weight * (min(amount, practice.target) - practice.amount) / practice.target


def domains_done(weeks: Iterable[DomainWeek]) -> frozenset[str]:
    """The practices of which something was logged."""
    return frozenset(code for week in weeks for code, amount in week.before.items() if amount and code in PRACTICES)
