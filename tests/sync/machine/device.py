"""A small client that does what docs/api/sync.md tells an app to do, and holds its records in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from tests.sync.machine.ledger import epoch_of
from tests.sync.machine.said import DERIVED, WITHOUT_ORIGIN, Content, Key, Origin

MOST_ROUNDS = 30


@dataclass(frozen=True)
class Copy:
    """What the server acknowledged or showed; `record` is None for a tombstone. `epoch`: when the server last said so."""

    version: int
    record: dict[str, Any] | None
    epoch: int


@dataclass(frozen=True)
class Waiting:
    """A change that somebody made here. `base` None: on top of one of the same record that is under way."""

    key: Key
    record: dict[str, Any] | None
    base: int | None


@dataclass(frozen=True)
class Removal:
    platform: str
    external_id: str


@dataclass(frozen=True)
class Restored:
    key: Key
    copy: Copy


@dataclass(frozen=True)
class Loser:
    """What its person is shown as not being the server's, and may say once more. They wrote it having seen version `base`."""

    key: Key
    record: dict[str, Any] | None
    base: int | None


@dataclass(frozen=True)
class Flight:
    """A push under way. It is sent byte for byte the same until an answer arrives."""

    payload: bytes
    changes: tuple[Waiting | Removal | Restored, ...]


class Network(Protocol):
    def push(self, device: Device, payload: bytes) -> dict[str, Any]: ...

    def lose(self, device: Device, payload: bytes) -> None: ...

    def pull(self, device: Device, cursor: str | None, limit: int | None) -> tuple[int, dict[str, Any]]: ...


class Device:
    """`insists`: in a conflict this one's person says "mine" each time; the others take the server's."""

    def __init__(self, network: Network, account: str, authorization: str, *, insists: bool) -> None:
        self.network = network
        self.account = account
        self.authorization = authorization
        self.insists = insists
        self.epoch: int | None = None
        self.cursor: str | None = None
        self.copies: dict[Key, Copy] = {}
        self.queue: list[Waiting | Removal] = []
        self.flight: Flight | None = None
        self.must_restore = False
        self.brought: set[Key] | None = None  # by the snapshot under way
        self.removals: dict[Removal, None] = {}  # that the server acknowledged, in their order
        self.losers: list[Loser] = []

    # --- What its person does ---------------------------------------------------------------------------------------------

    def visible(self) -> dict[Key, dict[str, Any]]:
        """What is on the screen: the copies, and above them what has not been answered yet."""
        records = {key: copy.record for key, copy in self.copies.items() if key[0] not in DERIVED}
        records |= {waiting.key: waiting.record for waiting in self._unanswered()}
        return {key: record for key, record in records.items() if record is not None}

    def write(self, key: Key, content: Content, origin: Origin | None) -> None:
        """Edit what is on the screen, or log something new. Its origin is said once, when it is new."""
        if (record := self.visible().get(key)) is not None:
            self._put(key, {**record, **content})
        elif key not in self.copies and not any(waiting.key == key for waiting in self._unanswered()):
            said = content if key[0] in WITHOUT_ORIGIN else {**content, "origin": origin}
            self.queue.append(Waiting(key, said, 0))

    def delete(self, key: Key) -> None:
        if key in self.visible() and key[0] != "day_mark":
            self._put(key, None)

    def delete_by_origin(self, platform: str, external_id: str) -> None:
        self.queue.append(Removal(platform, external_id))

    def _put(self, key: Key, record: dict[str, Any] | None) -> None:
        """Changes of one record are one, as long as they wait. One that was never sent and is deleted never was."""
        for number, waiting in enumerate(self.queue):
            if isinstance(waiting, Waiting) and waiting.key == key:
                if record is None and waiting.base == 0:
                    del self.queue[number]
                else:
                    self.queue[number] = replace(waiting, record=record)
                return
        under_way = any(waiting.key == key for waiting in self._flying())
        self.queue.append(Waiting(key, record, None if under_way else self.copies[key].version))

    def _flying(self) -> Iterator[Waiting]:
        if self.flight:
            yield from (change for change in self.flight.changes if isinstance(change, Waiting))

    def _unanswered(self) -> Iterator[Waiting]:
        yield from self._flying()
        yield from (change for change in self.queue if isinstance(change, Waiting))

    # --- Push -------------------------------------------------------------------------------------------------------------

    def push(self, *, request_lost: bool = False, answer_lost: bool = False) -> bool:
        """Send what there is to send; False if there is nothing."""
        if self.flight is None:
            self.flight = self._next_flight()
        if self.flight is None:
            return False
        if request_lost:
            self.network.lose(self, self.flight.payload)
            return True
        answer = self.network.push(self, self.flight.payload)
        if not answer_lost:
            flight, self.flight = self.flight, None
            self._meet(answer["epoch"])
            for change, outcome in zip(flight.changes, answer["outcomes"], strict=True):
                self._learn(change, outcome)
        return True

    def _next_flight(self) -> Flight | None:
        changes: list[Waiting | Removal | Restored]
        if self.must_restore:
            held = [(key, copy) for key, copy in self.copies.items() if key[0] not in DERIVED]
            changes = [Restored(key, copy) for key, copy in held if copy.epoch != self.epoch]
        else:
            changes = list(self.queue)
            self.queue = []
        if not changes and self.must_restore:
            self.must_restore = False
            return self._next_flight()
        body = {"account": self.account, "changes": [_sent(change) for change in changes]}
        return Flight(json.dumps(body).encode(), tuple(changes)) if changes else None

    def _meet(self, epoch: int) -> bool:
        """Is it the epoch that we know? In another one the server has forgotten things, and we tell it what we hold."""
        known = self.epoch in (None, epoch)
        if not known:
            self.must_restore = True
            self.queue += [removal for removal in self.removals if removal not in self.queue]
            self.cursor = self.brought = None
        self.epoch = epoch
        return known

    def _learn(self, change: Waiting | Removal | Restored, outcome: Mapping[str, Any]) -> None:
        if isinstance(change, Removal):
            self.removals[change] = None
            for gone in outcome["removed"]:
                self._take({**gone, "deleted": True})
        elif isinstance(change, Restored):
            self._learn_of_restored(change, outcome)
        else:
            self._learn_of_waiting(change, outcome)

    def _learn_of_restored(self, change: Restored, outcome: Mapping[str, Any]) -> None:
        """Whatever may not have been seen by whom the server goes by is shown; what it is a later edit of was."""
        key, status = change.key, outcome["outcome"]
        if "same_as" in outcome or outcome.get("since_restore"):
            self.losers.append(Loser(key, change.copy.record, change.copy.version))
        if "same_as" in outcome:
            self._merge(key, outcome["current"])
        elif status == "conflict":
            self._take(outcome["current"], whatever_version=True)
        elif status == "deleted":
            self._bury(key, outcome.get("version", 0))
        else:
            self._keep(key, change.copy.record, outcome)

    def _learn_of_waiting(self, change: Waiting, outcome: Mapping[str, Any]) -> None:
        key, status, version = change.key, outcome["outcome"], outcome.get("version", 0)
        given_back_first = self._must_give_back(key, change)
        if "same_as" in outcome:
            if change.base:  # an edit of what was acknowledged before a restore
                self.losers.append(Loser(key, change.record, change.base))
            if given_back_first:
                held = self.copies[key]
                self.losers.append(Loser(key, held.record, held.version))
            self._merge(key, outcome["current"])
        elif status == "conflict":
            if not given_back_first:
                self._take(outcome["current"])
            self.losers.append(Loser(key, change.record, change.base))
            self._after_conflict(change, version)
        elif status == "deleted":
            if change.record is not None:
                self.losers.append(Loser(key, change.record, change.base))
            if given_back_first:
                self._drop(key)
            else:
                self._bury(key, version)
        elif given_back_first:
            self._build_on(key, version)
        else:
            self._keep(key, change.record, outcome)

    def _must_give_back(self, key: Key, change: Waiting) -> bool:
        """Whether the copy here is one that the server may have forgotten, and that this change didn't build on."""
        held = self.copies.get(key)
        return held is not None and held.epoch != self.epoch and change.base is not None and change.base < held.version

    def _keep(self, key: Key, record: dict[str, Any] | None, outcome: Mapping[str, Any]) -> None:
        """It may have been pulled meanwhile, with what the server adds."""
        assert outcome["outcome"] in ("created", "replaced", "duplicate"), outcome
        assert self.epoch is not None
        held = self.copies.get(key)
        if held is not None and held.version >= outcome["version"]:
            self.copies[key] = replace(held, epoch=self.epoch)
        else:
            self.copies[key] = Copy(outcome["version"], record, self.epoch)
        self._build_on(key, outcome["version"])

    def _merge(self, key: Key, current: Mapping[str, Any]) -> None:
        """Another record stays in this one's place. A copy of that one which is to be given back stays until then."""
        self.copies.pop(key, None)
        held = self.copies.get((current["type"], current["id"]))
        if held is None or held.epoch == self.epoch:
            self._take(current)
        self._drop(key)

    def _bury(self, key: Key, version: int) -> None:
        self._drop(key)
        if version:
            self._take({"type": key[0], "id": key[1], "version": version, "deleted": True}, whatever_version=True)
        else:
            self.copies.pop(key, None)

    def _after_conflict(self, change: Waiting, version: int) -> None:
        later = [waiting for waiting in self._queued(change.key) if waiting.base is None]
        if not self.insists:
            for waiting in later:
                self.queue.remove(waiting)
                self.losers.append(Loser(waiting.key, waiting.record, waiting.base))
        elif later:
            self._build_on(change.key, version)
        else:
            self.queue.append(replace(change, base=version))

    def _build_on(self, key: Key, version: int) -> None:
        self.queue = [
            replace(change, base=version)
            if isinstance(change, Waiting) and change.key == key and change.base is None
            else change
            for change in self.queue
        ]

    def _drop(self, key: Key) -> None:
        for waiting in self._queued(key):
            self.queue.remove(waiting)
            self.losers.append(Loser(key, waiting.record, waiting.base))

    def _queued(self, key: Key) -> list[Waiting]:
        return [change for change in self.queue if isinstance(change, Waiting) and change.key == key]

    # --- Pull -------------------------------------------------------------------------------------------------------------

    def pull(self, *, limit: int | None = None, answer_lost: bool = False) -> bool:
        """One page; is there more? Nothing is pulled before the server knows what we hold."""
        if self.must_restore:
            return True
        status, page = self.network.pull(self, self.cursor, limit)
        if answer_lost:
            return True
        if status == 410:
            self.cursor = self.brought = None
            self._meet(page["epoch"])
            return True
        assert status == 200, page
        if not self._meet(page["epoch"]):
            return True
        if self.cursor is None:
            self.brought = set()
        for change in page["changes"]:
            self._take(change)
            if self.brought is not None:
                self.brought.add((change["type"], change["id"]))
        self.cursor = page["cursor"]
        if not page["has_more"]:
            self._sweep()
        return bool(page["has_more"])

    def _take(self, change: Mapping[str, Any], *, whatever_version: bool = False) -> None:
        """After two restores it can be of the epoch between, given back by somebody who may not have seen the copy here. Where
        the server has decided against that copy, it can be of a lower version of another epoch."""
        key, version = (change["type"], change["id"]), change["version"]
        held = self.copies.get(key)
        assert self.epoch is not None
        if held is not None and epoch_of(held.version) < epoch_of(version) < self.epoch:
            self.losers.append(Loser(key, held.record, held.version))
        if held is None or whatever_version or version >= held.version:
            self.copies[key] = Copy(version, change.get("record"), self.epoch)

    def _sweep(self) -> None:
        """At the end of a snapshot: what it did not bring was deleted meanwhile."""
        if self.brought is not None:
            waiting = {change.key for change in self._unanswered()}
            kept = self.brought | waiting
            self.copies = {key: copy for key, copy in self.copies.items() if key in kept}
            self.brought = None

    def sync(self) -> None:
        """Until everything is sent and everything is here."""
        for _ in range(MOST_ROUNDS):
            self._push_all()
            while self.pull():
                if self.must_restore:
                    break
            else:
                if not self.queue:
                    return
        raise AssertionError("This device never comes to rest.")

    def _push_all(self) -> None:
        for _ in range(MOST_ROUNDS):
            if not self.push():
                return
        raise AssertionError("This device never has said everything.")


def _sent(change: Waiting | Removal | Restored) -> dict[str, Any]:
    if isinstance(change, Removal):
        return {"op": "delete_by_origin", "platform": change.platform, "external_id": change.external_id}
    head = {"type": change.key[0], "id": change.key[1]}
    if isinstance(change, Restored):
        copy = change.copy
        said = {"deleted": True} if copy.record is None else {"record": copy.record}
        return {"op": "restore", **head, "version": copy.version, **said}
    assert change.base is not None
    if change.record is None:
        return {"op": "delete", **head, "base_version": change.base}
    return {"op": "upsert", **head, "base_version": change.base, "record": change.record}
