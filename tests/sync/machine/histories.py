"""What can happen, one step at a time, in any order that Hypothesis thinks of."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.sync.machine.ending import check
from tests.sync.machine.said import CHOICES, EXTERNAL, KEYS, ORIGINS, PREFERENCES, Key, content_of
from tests.sync.machine.world import DEVICES, Account, World, counts, history

STEPS = 50
DOCUMENTED_SHARE = 20
# Most happens on two devices of one participant: the fewer they are, the more they have to do with each other.
devices = st.sampled_from([0, 1, 0, 1, 2, 3, 4, 5])
people = st.sampled_from([0, 0, 1])
keys = st.sampled_from(KEYS)
contents = st.integers(0, CHOICES - 1)
origins = st.sampled_from(ORIGINS)
numbers = st.integers(0, 31)
HAPPENINGS = ("score", "preference", "backup", "restore")
lost = st.sampled_from([False, False, True])
limits = st.sampled_from([1, 2, 3, None])


class Histories(RuleBasedStateMachine):
    accounts: ClassVar[tuple[Account, ...]]

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.failed = False
        self.world: World

    @initialize(client=st.integers(1, DOCUMENTED_SHARE), insisting=st.integers(-1, max(DEVICES) - 1))
    def begin(self, client: int, insisting: int) -> None:
        counts["runs"] += 1
        documented = client == DOCUMENTED_SHARE
        self.world = self.stack.enter_context(history(self.accounts, documented=documented, insisting=insisting))

    def step(self, act: Callable[..., Any], *arguments: Any, **options: Any) -> None:
        counts["steps"] += 1
        try:
            act(*arguments, **options)
        except BaseException:
            self.failed = True
            counts.setdefault("failed in run", counts["runs"])
            raise

    @rule(
        number=devices,
        records=st.lists(st.tuples(keys, contents, origins), min_size=1, max_size=4),
        online=st.booleans(),
    )
    def write(self, number: int, records: list[tuple[Key, int, Any]], online: bool) -> None:
        """Somebody logs something, or changes what is on the screen."""
        person, device = self.world.devices[number]
        for key, content, origin in records:
            self.step(device.write, key, content_of(key, content, person.name), origin)
        if online:
            self.step(device.push)

    @rule(number=devices, which=numbers, content=contents, online=st.booleans())
    def edit(self, number: int, which: int, content: int, online: bool) -> None:
        person, device = self.world.devices[number]
        if seen := sorted(device.visible()):
            key = seen[which % len(seen)]
            self.step(device.write, key, content_of(key, content, person.name), None)
            if online:
                self.step(device.push)

    @rule(number=devices, which=numbers)
    def delete(self, number: int, which: int) -> None:
        _, device = self.world.devices[number]
        if seen := sorted(device.visible()):
            self.step(device.delete, seen[which % len(seen)])

    @rule(number=devices, origin=st.sampled_from(EXTERNAL))
    def delete_by_origin(self, number: int, origin: Any) -> None:
        _, device = self.world.devices[number]
        self.step(device.delete_by_origin, origin["platform"], origin["external_id"])

    @rule(number=devices, answer_lost=lost, request_lost=lost)
    def push(self, number: int, answer_lost: bool, request_lost: bool) -> None:
        """What was lost on its way is sent again, or arrives by `deliver_again` when nobody expects it any more."""
        _, device = self.world.devices[number]
        counts["answers lost"] += answer_lost and not request_lost
        counts["requests lost"] += request_lost
        self.step(device.push, answer_lost=answer_lost, request_lost=request_lost)

    @rule(number=devices, limit=limits, answer_lost=lost)
    def pull(self, number: int, limit: int | None, answer_lost: bool) -> None:
        _, device = self.world.devices[number]
        self.step(device.pull, limit=limit, answer_lost=answer_lost)

    @rule(number=devices)
    def sync(self, number: int) -> None:
        _, device = self.world.devices[number]
        self.step(device.sync)

    @rule(number=devices, which=numbers)
    def deliver_again(self, number: int, which: int) -> None:
        """A request of some time ago arrives once more, perhaps after later ones."""
        person, device = self.world.devices[number]
        if person.sent:
            counts["pushes delivered again"] += 1
            payload = person.sent[which % len(person.sent)]
            self.step(self.world.deliver, person, device.authorization, payload)

    @rule(number=devices, limit=st.sampled_from([1, 2, 3]))
    def come_back_after_90_days(self, number: int, limit: int) -> None:
        """Its cursor has expired: a snapshot begins, and something comes in between."""
        _, device = self.world.devices[number]
        self.step(self.world.age_cursor, device)
        for _ in range(2):
            self.step(device.pull, limit=limit)

    @rule(number=people, which=numbers, content=st.one_of(contents, st.none()))
    def staff_edit(self, number: int, which: int, content: int | None) -> None:
        person = self.world.people[number]
        if live := sorted(person.ledger.live()):
            key = live[which % len(live)]
            self.step(
                self.world.staff_edit, person, key, None if content is None else content_of(key, content, person.name)
            )

    @rule(number=people, what=st.sampled_from(HAPPENINGS), which=numbers)
    def happen(self, number: int, what: str, which: int) -> None:
        """What neither phones nor staff do, and comes less often."""
        person = self.world.people[number]
        if what == "preference":
            self.step(self.world.state, person, PREFERENCES[which % len(PREFERENCES)], 1950 + which % 3)
        else:
            acts = {
                "score": self.world.score,
                "backup": self.world.back_up,
                "restore": lambda: self.world.restore(which),
            }
            self.step(acts[what])

    def teardown(self) -> None:
        with self.stack:
            if not self.failed and hasattr(self, "world"):
                self.step(check, self.world)
