"""The server as these histories see it: the real one, by its API, with a ledger beside it that foretells every answer."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.db import transaction
from django.utils import timezone
from rest_framework.test import APIClient

from backend.accounts.models import Device as StoredDevice
from backend.accounts.models import User
from backend.accounts.tokens import issue_token
from backend.sync.cursors import LIFETIME, SALT
from backend.sync.push_wire import read_changes
from backend.sync.records import Change
from backend.sync.writing import write_records
from tests.conftest import make_phone
from tests.contract import DocumentedClient
from tests.sync.backups import Backup
from tests.sync.machine.device import Device
from tests.sync.machine.ledger import Ledger, answered, shown
from tests.sync.machine.said import DERIVED, Content, Key, Origin, said
from tracker.weekly_scores import score_due_weeks

Acknowledged = tuple[Key, int, Content | None, Origin | None]
JSON = "application/json"
KEPT_REQUESTS = 12
MOST_BACKUPS = 3
DEVICES = (4, 2)
counts: Counter[str] = Counter()


@dataclass(frozen=True)
class Account:
    """A participant and the tokens of their devices; the last is a visitor's, who only looks."""

    user: User
    tokens: tuple[str, ...]


def make_accounts() -> tuple[Account, ...]:
    return tuple(_make_account(number + 1) for number in DEVICES)


def _make_account(devices: int) -> Account:
    phone = make_phone(home_time_zone="Europe/Berlin")
    tokens = [phone.token]
    now = timezone.now()
    for number in range(devices - 1):
        token = f"{phone.token}-{number}"
        issue_token(StoredDevice.objects.create(user=phone.user, last_seen_at=now), token, now=now, first_used_at=now)
        tokens.append(token)
    return Account(phone.user, tuple(tokens))


@dataclass
class Person:
    """`acknowledged`: everything that the server has said it stored and no restore has undone, as (key, version, content,
    origin). `held`: what devices had at the last restore. `contents`: what each version says, whatever was restored since.
    `seen`: which versions the author of each one had seen, or says again. `removed`: the tombstones that origins left, whatever
    was seen.
    """

    account: Account
    devices: list[Device]
    ledger: Ledger = field(default_factory=Ledger)
    acknowledged: list[Acknowledged] = field(default_factory=list)
    held: list[Acknowledged] = field(default_factory=list)
    contents: dict[tuple[Key, int], Content | None] = field(default_factory=dict)
    seen: defaultdict[tuple[Key, int], set[int]] = field(default_factory=lambda: defaultdict(set))
    removed: set[tuple[Key, int]] = field(default_factory=set)
    sent: list[bytes] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.account.user.pk)[-4:]


@dataclass(frozen=True)
class Kept:
    """A backup, and what the model says was so when it was made."""

    backup: Backup
    ledgers: list[Ledger]
    acknowledged: list[int]


class World:
    """Runs in a transaction, which is rolled back at the end of a history."""

    def __init__(self, accounts: tuple[Account, ...], *, documented: bool, insisting: int) -> None:
        self.client = (DocumentedClient if documented else APIClient)()
        self.epoch = 0
        self.backups: list[Kept] = []
        self.cursors: dict[str, tuple[int, bool]] = {}  # the epoch of each, and whether it has been made old
        self.highest: Counter[tuple[str, Key]] = Counter()
        self.people = [
            Person(
                account,
                [
                    Device(self, str(account.user.pk), f"Bearer {token}", insists=insisting == number)
                    for number, token in enumerate(account.tokens[:-1])
                ],
            )
            for account in accounts
        ]
        self.devices = [(person, device) for person in self.people for device in person.devices]

    # --- The network ------------------------------------------------------------------------------------------------------

    def push(self, device: Device, payload: bytes) -> dict[str, Any]:
        self.lose(device, payload)
        return self.deliver(self._person(device), device.authorization, payload)

    def lose(self, device: Device, payload: bytes) -> None:
        """It is on its way, and may arrive at any time."""
        person = self._person(device)
        person.sent = [*person.sent, payload][-KEPT_REQUESTS:]

    def deliver(self, person: Person, authorization: str, payload: bytes) -> dict[str, Any]:
        """A request arrives, for the first time or once more."""
        answer = self.client.post("/v1/sync/push", payload, content_type=JSON, headers={"Authorization": authorization})
        assert answer.status_code == 200, answer.content
        document: dict[str, Any] = answer.json()
        assert (document["epoch"], document["account"]) == (self.epoch, str(person.account.user.pk))
        changes = json.loads(payload)["changes"]
        counts["pushes"] += 1
        counts["changes pushed"] += len(changes)
        for change, outcome in zip(changes, document["outcomes"], strict=True):
            counts[f"outcome {outcome['outcome']}"] += 1
            self._note(person, change, answered(outcome))
        person.ledger.settle()
        return document

    def pull(self, device: Device, cursor: str | None, limit: int | None) -> tuple[int, dict[str, Any]]:
        counts["pages pulled"] += 1
        given = {"cursor": cursor, "limit": limit}
        query = urlencode({name: value for name, value in given.items() if value is not None})
        status, page = self.get(device.authorization, f"/v1/sync/pull?{query}")
        assert page.get("reason") == self._expired(cursor)
        if status == 200:
            self.cursors[page["cursor"]] = (self.epoch, False)
            assert cursor or not any("deleted" in change for change in page["changes"])
            ledger = self._person(device).ledger
            for change in page["changes"]:
                if change["type"] not in DERIVED:
                    assert shown(change) == ledger.shown((change["type"], change["id"]))
        else:
            counts[f"cursors expired: {page['reason']}"] += 1
        return status, page

    def _expired(self, cursor: str | None) -> str | None:
        """Why a cursor has to lead nowhere any more."""
        if cursor is None:
            return None
        epoch, aged = self.cursors[cursor]
        return "restored" if epoch != self.epoch else "age" if aged else None

    def get(self, authorization: str, path: str) -> tuple[int, dict[str, Any]]:
        answer = self.client.get(path, headers={"Authorization": authorization})
        return answer.status_code, answer.json()

    def _person(self, device: Device) -> Person:
        return next(person for person in self.people if str(person.account.user.pk) == device.account)

    def _note(self, person: Person, change: dict[str, Any], outcome: dict[str, Any]) -> None:
        expected = person.ledger.take(change)
        assert outcome == expected, (change, outcome, expected)
        stored = outcome["outcome"] in ("created", "replaced") or (
            outcome["outcome"] == "deleted" and "record" not in change and "version" in outcome
        )
        if stored:
            key = (change["type"], change["id"])
            content = said(key[0], change["record"]) if "record" in change else None
            person.acknowledged.append((key, outcome["version"], content, None))
            person.contents[key, outcome["version"]] = content
            if change["op"] != "restore":
                person.seen[key, outcome["version"]].add(change["base_version"])
                # What is acknowledged anew is above all that ever was, also before a restore.
                assert outcome["version"] > self.highest[person.name, key], (change, outcome)
                self.highest[person.name, key] = outcome["version"]
        if outcome["outcome"] == "duplicate" and "version" in outcome and "same_as" not in outcome:
            said_again = change["version"] if change["op"] == "restore" else change["base_version"]
            person.seen[(change["type"], change["id"]), outcome["version"]].add(said_again)
        for key, version in outcome.get("removed", ()):
            person.acknowledged.append((key, version, None, None))
            person.removed.add((key, version))
            self.highest[person.name, key] = version

    # --- What else happens to it ------------------------------------------------------------------------------------------

    def staff_edit(self, person: Person, key: Key, content: Content | None) -> None:
        """By somebody who sees the record as it stands: it takes the next version."""
        standing = person.ledger.records.get(key)
        if standing is None or standing.content is None or (content is None and key[0] == "day_mark"):
            return
        counts["staff edits"] += 1
        head = {"type": key[0], "id": key[1], "base_version": standing.version}
        entry = {"op": "delete", **head} if content is None else {"op": "upsert", **head, "record": content}
        now = timezone.now()
        (change,) = read_changes(person.account.user, [entry], now=now)
        assert isinstance(change, Change)
        (outcome,) = write_records(user_id=person.account.user.pk, changes=[change], now=now)
        self._note(person, entry, {"outcome": outcome.status, "version": outcome.version})
        person.ledger.settle()

    def state(self, person: Person, origins: list[str], birth_year: int) -> None:
        body = {"preferred_origins": origins, "birth_year": birth_year}
        authorization = person.devices[0].authorization
        answer = self.client.patch("/v1/me", body, format="json", headers={"Authorization": authorization})
        assert answer.status_code == 200, answer.content
        person.ledger.preferred = origins
        person.ledger.settle()

    def score(self) -> None:
        counts["weeks scored"] += score_due_weeks().scored

    def age_cursor(self, device: Device) -> None:
        """As if it had been given 90 days ago and a little more."""
        if device.cursor:
            salt = f"{SALT}:{device.account}"
            epoch, signed_at, *rest = signing.loads(device.cursor, salt=salt)
            old = int(signed_at - (LIFETIME + timedelta(minutes=1)).total_seconds())
            device.cursor = signing.dumps([epoch, old, *rest], salt=salt)
            self.cursors[device.cursor] = (epoch, True)

    def back_up(self) -> None:
        if len(self.backups) == MOST_BACKUPS:
            return
        ledgers = [deepcopy(person.ledger) for person in self.people]
        self.backups.append(Kept(Backup(), ledgers, [len(person.acknowledged) for person in self.people]))

    def restore(self, which: int) -> None:
        """The database is again as it was at the backup, and its operators say so."""
        if not self.backups:
            return
        counts["restores"] += 1
        del self.backups[which % len(self.backups) + 1 :]
        kept = self.backups[-1]
        epoch = kept.backup.restore()
        assert epoch > self.epoch
        self.epoch = epoch
        for person, ledger, known in zip(self.people, kept.ledgers, kept.acknowledged, strict=True):
            person.ledger = deepcopy(ledger)
            person.ledger.begin_epoch(self.epoch)
            # What nobody holds any more is gone. What a device holds must not be.
            del person.acknowledged[known:]
            person.held = list(_held(person))


def _held(person: Person) -> Iterator[Acknowledged]:
    for device in person.devices:
        for key, copy in device.copies.items():
            if key[0] not in DERIVED:
                record = copy.record
                yield (
                    key,
                    copy.version,
                    said(key[0], record) if record else None,
                    record.get("origin") if record else None,
                )


@contextmanager
def history(accounts: tuple[Account, ...], *, documented: bool = False, insisting: int = -1) -> Iterator[World]:
    with transaction.atomic():
        yield World(accounts, documented=documented, insisting=insisting)
        transaction.set_rollback(True)
