"""How every history has to end: devices, server and ledger hold the same, and nothing that was acknowledged is lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from backend.sync.records import registry
from tests.sync.machine.device import Device
from tests.sync.machine.ledger import Standing, external_id, origins_of
from tests.sync.machine.said import DAYS, DERIVED, FIELDS, Content, Key, Origin, said
from tests.sync.machine.world import Person, World
from tracker.scoring.weeks import Week
from tracker.week_overviews import score_on_the_spot
from tracker.weekly_scores import score_due_weeks

MOST_ROUNDS = 10
WEEKS = sorted({Week.of(day) for day in DAYS})
LISTS = {name: f"/v1/{name.replace('_', '-')}s" for name in FIELDS}
Seen = dict[Key, tuple[int, Content, Origin | None, str | None]]
"""Version, content, origin and `duplicate_of` of each live record."""


def come_to_rest(devices: Sequence[Device]) -> None:
    """Every device of somebody syncs until none learns anything more from another."""
    for _ in range(MOST_ROUNDS):
        before = [dict(device.copies) for device in devices]
        for device in devices:
            device.sync()
        if before == [device.copies for device in devices]:
            return
    raise AssertionError("The devices never come to rest.")


def check(world: World) -> None:
    for person in world.people:
        come_to_rest(person.devices)
    visitors = [_visitor(world, person) for person in world.people]
    score_due_weeks()
    for person, visitor in zip(world.people, visitors, strict=True):
        expected = _expected(person)
        assert _listed(world, visitor) == expected, "the lists"
        for device in (visitor, *person.devices):
            assert (device.queue, device.flight, device.must_restore) == ([], None, False)
            assert _seen(device) == expected, "a device"
            assert _derived(device) == _derived(visitor), "what the server works out"
        _check_rows(person)
        _check_scores(world, person, visitor)
        _check_acknowledged(person)
        live = origins_of(list(person.ledger.live().items()))
        assert len(live) == len(set(live))
        removed = {(gone.platform, gone.external_id) for device in person.devices for gone in device.removals}
        assert removed.isdisjoint(external for _, external in live), "what a platform took away"


def _expected(person: Person) -> Seen:
    duplicates = person.ledger.duplicates()
    return {
        key: (
            standing.version,
            standing.content,
            standing.origin,
            duplicates.get(key[1]) if key[0] == "exercise_log" else None,
        )
        for key, standing in person.ledger.live().items()
        if standing.content is not None
    }


def _seen(device: Device) -> Seen:
    return {
        key: _read(key[0], copy.version, copy.record)
        for key, copy in device.copies.items()
        if key[0] not in DERIVED and copy.record is not None
    }


def _read(name: str, version: int, record: dict[str, Any]) -> tuple[int, Content, Origin | None, str | None]:
    return (version, said(name, record), record.get("origin"), record.get("duplicate_of"))


def _derived(device: Device) -> dict[Key, tuple[int, Any]]:
    return {key: (copy.version, copy.record) for key, copy in device.copies.items() if key[0] in DERIVED}


def _visitor(world: World, person: Person) -> Device:
    """Somebody's new phone: it has nothing, and has pulled everything."""
    visitor = Device(world, person.devices[0].account, f"Bearer {person.account.tokens[-1]}", insists=False)
    visitor.sync()
    return visitor


def _listed(world: World, visitor: Device) -> Seen:
    found: Seen = {}
    for name, path in LISTS.items():
        status, page = world.get(visitor.authorization, path)
        assert (status, page["next_cursor"]) == (200, None)
        found |= {(name, record["id"]): _read(name, record["version"], record) for record in page["results"]}
    return found


def _check_rows(person: Person) -> None:
    """What is stored, tombstones too."""
    for name in FIELDS:
        rows = registry[name].model._default_manager.filter(user=person.account.user)
        stored = {
            (name, str(uid)): (version, gone is not None)
            for uid, version, gone in rows.values_list("uid", "version", "deleted_at")
        }
        assert stored == {key: _brief(standing) for key, standing in person.ledger.records.items() if key[0] == name}


def _brief(standing: Standing) -> tuple[int, bool]:
    return (standing.version, standing.content is None)


def _check_scores(world: World, person: Person, visitor: Device) -> None:
    """Scores as pulled before the workers came are those that they stored, and follow from the records as they stand."""
    status, answer = world.get(visitor.authorization, f"/v1/weeks?from={WEEKS[0]}&to={WEEKS[-1]}")
    assert status == 200
    listed = {week["week"]: week for week in answer["results"]}
    pulled = {record["week"]: record for (name, _), (_, record) in _derived(visitor).items() if name == "weekly_score"}
    alike = {name: {field: listed[name][field] for field in record} for name, record in pulled.items()}
    assert pulled == alike  # lists also compare weeks, and say it in words
    days = {
        standing.content[field][:10]
        for standing in person.ledger.live().values()
        for field in ("started_at", "eaten_at", "date")
        if standing.content and field in standing.content
    }
    assert {str(Week.of(date.fromisoformat(day))) for day in days} <= pulled.keys()
    fresh = score_on_the_spot(person.account.user.pk, WEEKS)
    for week, overview in fresh.items():
        if stored := listed.get(str(week)):
            assert (stored["score"], stored["domains"]) == (overview["score"], overview["domains"])


def _check_acknowledged(person: Person) -> None:
    """Each version that was acknowledged stands, or a later one does, whose author had seen it; what a device held at a restore
    as well, unless that device has shown it to its person."""
    ledger = person.ledger
    for key, version, content, origin in (*person.acknowledged, *person.held):
        standing = ledger.records.get(key)
        external = external_id(origin)
        if external in ledger.removed_origins:
            continue  # its platform removed it, before or after the server was told of it again
        assert _known(person, standing, key, version, content), (key, version)
        if standing is None:
            # Only after a restore: the same session came back under another id.
            assert external, key
            assert ledger.of_origin(key[0], external), key
        elif standing.version == version:
            assert standing.content == content


def _known(person: Person, standing: Standing | None, key: Key, version: int, content: Content | None) -> bool:
    """Whether what stands says the same as that version, or was written by somebody who knew what it said; or whether somebody
    was shown that, or what they had made of it."""
    if standing and ((key, standing.version) in person.removed or standing.content == content):
        return True
    losers = [loser for device in person.devices for loser in device.losers if loser.key == key]
    if any((loser.record and said(key[0], loser.record)) == content for loser in losers):
        return True
    reached = {standing.version} if standing else set()
    reached |= {loser.base for loser in losers if loser.base}
    ahead = list(reached)
    while ahead:
        before = person.seen[key, ahead.pop()] - reached
        reached |= before
        ahead += before
    return version in reached or any(person.contents.get((key, one), ...) == content for one in reached)
