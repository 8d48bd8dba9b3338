"""What one participant's records have to be: the table of docs/api/sync.md once more, written from the document alone.

It foretells the outcome of every change, and so keeps for each record the last version that was acknowledged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tests.sync.machine.said import FIELDS, Content, Key, Origin, said
from tracker.sessions import MANUAL, Session, find_duplicates

VERSIONS_OF_AN_EPOCH = 1_000_000
Outcome = dict[str, Any]


@dataclass(frozen=True)
class Standing:
    """The last acknowledged version of a record; `content` is None for a tombstone."""

    version: int
    content: Content | None
    origin: Origin | None = None


@dataclass
class Ledger:
    epoch: int = 0
    records: dict[Key, Standing] = field(default_factory=dict)
    removed_origins: set[tuple[str, str]] = field(default_factory=set)
    preferred: list[str] = field(default_factory=list)
    fresh: set[Key] = field(default_factory=set)
    repeats: dict[str, str] = field(default_factory=dict)

    def take(self, change: dict[str, Any]) -> Outcome:
        """What the server has to answer. From then on the ledger holds what it has to have stored."""
        if change["op"] == "delete_by_origin":
            return self._remove_origin((change["platform"], change["external_id"]))
        key = (change["type"], change["id"])
        content = said(key[0], change["record"]) if change.get("record") else None
        base = change["version"] if change["op"] == "restore" else change["base_version"]
        outcome, version = self._judge(key, content, base, restores=change["op"] == "restore")
        stored = self.records.get(key)
        if outcome in ("duplicate", "conflict") or (outcome == "deleted" and content is not None):
            assert stored
            shown: Outcome = {"current": self.shown(key)} if outcome == "conflict" else {}
            if change["op"] == "restore" and outcome != "duplicate":
                shown["since_restore"] = epoch_of(stored.version) != epoch_of(base)
            return {"outcome": outcome, "version": stored.version, **shown}
        origin = (change["record"].get("origin") if content else None) if stored is None else stored.origin
        if stored is None and (external := external_id(origin)):
            if first := self.of_origin(key[0], external):
                status = "duplicate" if self.records[first].content else "deleted"
                version = self.records[first].version
                return {"outcome": status, "version": version, "same_as": first[1], "current": self.shown(first)}
            if external in self.removed_origins:
                return {"outcome": "deleted"}
        self._keep(key, Standing(version, content, origin))
        return {"outcome": outcome, "version": version}

    def _keep(self, key: Key, standing: Standing) -> None:
        self.records[key] = standing
        self.fresh.add(key)

    def settle(self) -> None:
        """After each write: what became a duplicate, or is none any more, has changed too."""
        before, self.repeats = self.repeats, self.duplicates()
        changed = {uid for uid in {*before, *self.repeats} if before.get(uid) != self.repeats.get(uid)}
        self.fresh |= {("exercise_log", uid) for uid in changed}

    def begin_epoch(self, epoch: int) -> None:
        self.epoch = epoch
        self.fresh = set()

    def shown(self, key: Key) -> tuple[Key, int, Content | None, Origin | None]:
        """As far as the ledger knows it: a tombstone's origin is not shown."""
        standing = self.records[key]
        return (key, standing.version, standing.content, standing.origin if standing.content else None)

    def live(self) -> dict[Key, Standing]:
        return {key: standing for key, standing in self.records.items() if standing.content is not None}

    def duplicates(self) -> dict[str, str]:
        """Which exercise logs repeat which, by what is said of the rule for one day's sessions."""
        days: dict[str, list[Session]] = defaultdict(list)
        for (name, uid), standing in self.live().items():
            if name == "exercise_log" and standing.content:
                start = datetime.fromisoformat(standing.content["started_at"])
                end = start + timedelta(seconds=standing.content["duration_seconds"])
                origin = standing.origin or {}
                source = (origin.get("platform") or MANUAL, origin.get("app_id") or "")
                session = Session(UUID(uid), start, end, source, standing.content["separate_session"])
                days[standing.content["started_at"][:10]].append(session)
        found = [find_duplicates(sessions, self.preferred) for sessions in days.values()]
        return {str(uid): str(first) for duplicates in found for uid, first in duplicates.items()}

    def _judge(self, key: Key, content: Content | None, base: int, *, restores: bool) -> tuple[str, int]:
        stored = self.records.get(key)
        has = stored.version if stored else 0
        if stored and stored.content is None:
            return ("deleted" if content else "duplicate"), has
        # After two restores, what one author wrote may be unknown to the other: a copy of another epoch was given back already.
        unknown = has < base and key in self.fresh and epoch_of(has) != epoch_of(base)
        if unknown and stored and stored.content != content:
            return "conflict", has
        if restores:
            if has < base:
                return self._outcome(stored, content), base
        elif (
            has <= base
        ):  # what is above the server's version is one that a restore has undone: nothing else is ever sent
            return self._outcome(stored, content), self._next(base)
        same = stored is not None and content is not None and content == stored.content
        return ("duplicate" if same else "conflict"), has

    def _outcome(self, stored: Standing | None, content: Content | None) -> str:
        if content is None:
            return "deleted"
        return "replaced" if stored else "created"

    def _next(self, version: int) -> int:
        return max(version + 1, self.epoch * VERSIONS_OF_AN_EPOCH + 1)

    def _remove_origin(self, external: tuple[str, str]) -> Outcome:
        removed = []
        known = [key for name in FIELDS if (key := self.of_origin(name, external))]
        for key in known:
            standing = self.records[key]
            if standing.content is not None:
                self._keep(key, Standing(self._next(standing.version), None, standing.origin))
                removed.append((key, self.records[key].version))
        new = not known and external not in self.removed_origins
        self.removed_origins.add(external)  # whatever type it may come as later
        return {"outcome": "deleted" if removed or new else "duplicate", "removed": sorted(removed)}

    def of_origin(self, name: str, external: tuple[str, str]) -> Key | None:
        found = [
            key
            for key, standing in self.records.items()
            if key[0] == name and standing.origin and external_id(standing.origin) == external
        ]
        assert len(found) <= 1
        return found[0] if found else None


def epoch_of(version: int) -> int:
    return version // VERSIONS_OF_AN_EPOCH


def external_id(origin: Origin | None) -> tuple[str, str] | None:
    if origin is None or origin["external_id"] is None:
        return None
    return (str(origin["platform"]), origin["external_id"])


def shown(change: dict[str, Any]) -> tuple[Key, int, Content | None, Origin | None]:
    """What a pull or a conflict shows of a record, in the ledger's terms."""
    key = (change["type"], change["id"])
    if "deleted" in change:
        return (key, change["version"], None, None)
    assert change["record"].get("version", change["version"]) == change["version"]
    return (key, change["version"], said(key[0], change["record"]), change["record"].get("origin"))


def answered(outcome: dict[str, Any]) -> Outcome:
    """An outcome of the server, in the ledger's terms."""
    names = ("outcome", "version", "same_as", "since_restore", "errors")
    kept: Outcome = {name: outcome[name] for name in names if name in outcome}
    if "removed" in outcome:
        kept["removed"] = sorted(((gone["type"], gone["id"]), gone["version"]) for gone in outcome["removed"])
    if "current" in outcome:
        kept["current"] = shown(outcome["current"])
    return kept


def origins_of(standings: Sequence[tuple[Key, Standing]]) -> list[tuple[str, tuple[str, str]]]:
    return [(key[0], external) for key, standing in standings if (external := external_id(standing.origin))]
