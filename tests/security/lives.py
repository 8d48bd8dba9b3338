"""Two participants with something in every table, each marked by a string of their own that nobody else may ever see.

`Life.canary` stands in every free text that a participant, an app or a mail server can leave. A new table with a participant
in it fails `fill_every_table` until `MAKERS` says how to fill it, or `EMPTY` why nothing can be in it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.apps import apps
from django.db import models
from django.utils import timezone

from backend.accounts.models import Device, User
from backend.accounts.tokens import issue_token
from backend.audit.pseudonyms import pseudonyms
from backend.consents.documents import SAMPLES, load_documents
from backend.outbox.models import OutgoingMail
from backend.outbox.pushing import NewPush, enqueue_pushes
from backend.privacy.exporting import make_exports
from backend.privacy.models import ErasureRequest, ErasureState
from tests.conftest import Phone, cognitive, exercise, make_phone, meal
from tracker.models import DueWeek
from tracker.scoring.weeks import Week
from tracker.weekly_scores import score_due_weeks
from tracker.weekly_summaries import close_weeks


@dataclass
class Life:
    """A participant, what marks their data, and the ids of what is theirs."""

    phone: Phone
    canary: str
    week: Week
    # For each address of the document with a parameter: what is there of this participant.
    addresses: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def user(self) -> User:
        return self.phone.user

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no answer, mail or log line for anybody else may hold. The address holds the canary."""
        return (self.canary, str(self.user.pk), self.user.pk.hex)

    def addresses_of(self, path: str) -> list[dict[str, str]]:
        """Path parameters that name what is this participant's. A new form of address needs an entry."""
        if "{" not in path:
            return [{}]
        by_name = {
            "{week}": {"week": str(self.week)},
            "{day}": {"day": self.week.monday.isoformat()},
            "{card_id}": {"card_id": "tai_chi"},
        }
        found = self.addresses.get(path) or [parameters for name, parameters in by_name.items() if name in path]
        assert found, f"tests/security/lives.py knows nothing under {path}"
        return found


def live(name: str, week: Week) -> Life:
    """Somebody with a whole week, scored, closed and mailed, and something in every table."""
    canary = f"canary{name}{uuid.uuid4().hex[:12]}"
    phone = make_phone(f"{canary}@example.org", display_name=f"Name {canary}", home_time_zone="Europe/Helsinki")
    life = Life(phone, canary, week)
    _log(life)
    phone.patch("/v1/me", {"birth_year": 1960, "not_applicable": ["fish"]})
    _close(week)
    for make in MAKERS.values():
        make(life)
    fill_every_table(life)
    return life


def _log(life: Life) -> None:
    phone, monday, canary = life.phone, life.week.monday, life.canary
    origin = {"platform": "healthkit", "app_id": f"app.{canary}", "external_id": f"session-{canary}"}
    texts: dict[str, Any] = {"note": f"Note {canary}", "origin": origin, "time_zone": f"Nowhere/{canary}"}
    for path, body in (
        ("/v1/exercise-logs", exercise(monday, activity_name=f"Run {canary}", **texts)),
        ("/v1/cognitive-logs", cognitive(monday, activity_name=f"Book {canary}", **texts)),
        ("/v1/diet-logs", {**meal(monday, berries=1), **texts}),
    ):
        _write_and_delete(life, path, body)
    for path, body in (
        ("/v1/own-foods", {"name": f"Stew {canary}", "household_measure": f"Pot {canary}", "note": f"Note {canary}"}),
        ("/v1/own-activities", {"domain": "exercise", "name": f"Round {canary}", "activity": "walk_brisk"}),
        ("/v1/favourites", {"list": "own_foods", "entry": str(uuid.uuid4())}),
        ("/v1/meal-templates", {"name": f"Bowl {canary}", "meal": "lunch", "items": [{"name": f"Tea {canary}"}]}),
        ("/v1/goals", {"practice": "berries", "from_week": str(life.week), "amount": 3}),
    ):
        _write_and_delete(life, path, {"id": str(uuid.uuid4()), **body})
    assert phone.put(f"/v1/day-marks/{monday}", {"nothing": ["diet"]}).status_code == 201
    feedback = f"/v1/suggestion-feedback/{canary}"
    assert phone.put(feedback, {"verdict": "useful"}).status_code == 201
    life.addresses["/v1/suggestion-feedback/{suggestion}"] = [{"suggestion": canary}]
    assert phone.put(f"/v1/weeks/{life.week}/confirmation", {"domains": ["exercise"]}).status_code == 201


def _write_and_delete(life: Life, path: str, body: dict[str, Any]) -> None:
    """A record, one more like it, and one that is deleted; under their addresses also what is done with them."""
    others = [{**body, "id": str(uuid.uuid4())} for _ in range(2)]
    for sent in (body, *({**other, "origin": None} if "origin" in other else other for other in others)):
        answer = life.phone.post(path, sent)
        assert answer.status_code == 201, answer.content
    gone = others[0]["id"]
    assert life.phone.delete(f"{path}/{gone}", if_match='"1"').status_code == 204
    for below in ("", "/repeat", "/log"):
        life.addresses[f"{path}/{{uid}}{below}"] = [{"uid": body["id"]}, {"uid": gone}]


def _close(week: Week) -> None:
    """Score the week and make the summary, as the worker does on Monday morning."""
    score_due_weeks()
    monday_morning = datetime.combine(week.next().monday, time(8), UTC)
    close_weeks(now=monday_morning - timedelta(hours=4))
    close_weeks(now=monday_morning)


def _due_week(life: Life) -> None:
    DueWeek.objects.create(
        user=life.user, week=life.week.previous().monday, version=1, last_error=f"Error {life.canary}"
    )


def _revised_week(life: Life) -> None:
    """Another result of the week, because one log went and another came."""
    week, phone = life.week, life.phone
    gone, more = exercise(week.days[1], minutes=90), exercise(week.days[2], minutes=45)
    assert phone.post("/v1/exercise-logs", gone).status_code == 201
    score_due_weeks()
    assert phone.delete(f"/v1/exercise-logs/{gone['id']}", if_match='"1"').status_code == 204
    assert phone.post("/v1/exercise-logs", more).status_code == 201
    score_due_weeks()


def _second_address(life: Life) -> None:
    EmailAddress.objects.create(user=life.user, email=f"second.{life.canary}@example.org", verified=False)


def _second_factor(life: Life) -> None:
    # Past the signal that signs all devices out.
    Authenticator.objects.bulk_create([Authenticator(user=life.user, type="totp", data={"secret": life.canary})])


def _devices(life: Life) -> None:
    """One device more for each way in which a token ends."""
    now = timezone.now()
    day = timedelta(days=1)
    for state, fields in {
        "revoked": {"revoked_at": now, "last_seen_at": now},
        "ended": {"last_seen_at": now},
        "idle": {"last_seen_at": now - 31 * day},
    }.items():
        token = f"{state}-token-of-{life.user.pk}"
        device = Device.objects.create(user=life.user, name=f"Phone {life.canary}", **fields)
        issue_token(device, token, now=now, first_used_at=now)
        if state == "ended":
            device.tokens.update(expires_at=now - day)
        life.tokens[state] = token
        life.addresses.setdefault("/v1/devices/{device_id}", []).append({"device_id": str(device.pk)})


def _identity(life: Life) -> None:
    account = SocialAccount.objects.create(
        user=life.user, provider="google", uid=life.canary, extra_data={"name": life.canary}
    )
    SocialToken.objects.create(account=account, token=life.canary)


def _synced(life: Life) -> None:
    """A phone that has pushed and pulled, was refused something, and reported a session as gone that never came."""
    gone = {"op": "delete_by_origin", "platform": f"gone.{life.canary[:30]}", "external_id": f"gone-{life.canary}"}
    refused = {"op": "delete", "type": "day_mark", "id": str(uuid.uuid4()), "base_version": 0}
    body = {"account": str(life.user.pk), "changes": [gone, refused]}
    assert life.phone.post("/v1/sync/push", body).status_code == 200
    assert life.phone.get("/v1/sync/pull").status_code == 200
    life.addresses["/v1/sync/origins/{platform}"] = [{"platform": "nowhere"}]


def _pseudonym(life: Life) -> None:
    """Staff have looked at them."""
    pseudonyms([life.user.pk])


def _mail(life: Life) -> None:
    OutgoingMail.objects.filter(user=life.user).update(last_reply=f"250 {life.canary}")


def _consents(life: Life) -> None:
    load_documents(SAMPLES, now=timezone.now(), published=True)
    for kind, decision in (("terms", "accepted"), ("research", "accepted"), ("research", "withdrawn")):
        decided = life.phone.post("/v1/consents", {"kind": kind, "version": 1, "decision": decision})
        assert decided.status_code == 201, decided.content
    life.addresses["/v1/consent-documents/{kind}/{version}"] = [{"kind": "terms", "version": "1"}]


def _export(life: Life) -> None:
    """Last, so that it holds all the rest."""
    started = life.phone.post("/v1/exports", None)
    assert started.status_code == 202
    assert make_exports(now=timezone.now()) == 1
    for path in ("/v1/exports/{uid}", "/v1/exports/{uid}/download", "/v1/export-downloads/{uid}"):
        life.addresses[path] = [{"uid": started.json()["id"]}]


def _erasure(life: Life) -> None:
    """One that was taken back, and a code that was mailed."""
    now = timezone.now()
    times = {"requested_at": now, "erases_at": now, "cancelled_at": now}
    ErasureRequest.objects.create(user=life.user, state=ErasureState.CANCELLED, **times)
    assert life.phone.post("/v1/erasure/code", None).status_code == 204


def _push(life: Life) -> None:
    body = {"provider": "fcm", "token": f"token-{life.canary}"}
    assert life.phone.put("/v1/devices/current/push-token", body).status_code == 204
    device, now = Device.objects.filter(user=life.user).latest("pk").pk, timezone.now()
    data = {"type": "week_ready", "week": "2026-W48"}
    enqueue_pushes([NewPush(life.user.pk, device, "week_ready", f"week_ready:{life.canary}", data, now, now)])


MAKERS: dict[str, Callable[[Life], None]] = {
    "tracker.EarlierScore, tracker.DepartedRecord": _revised_week,
    "tracker.DueWeek": _due_week,
    "account.EmailAddress": _second_address,
    "mfa.Authenticator": _second_factor,
    "accounts.Device": _devices,
    "accounts.PushToken, outbox.OutgoingPush": _push,
    "socialaccount.SocialAccount, socialaccount.SocialToken": _identity,
    "sync.DeviceSync, sync.RefusedChange, sync.RemovedOrigin": _synced,
    "audit.ParticipantKey": _pseudonym,
    "outbox.OutgoingMail": _mail,
    "consents.ConsentDecision": _consents,
    "privacy.ErasureRequest, privacy.Confirmation": _erasure,
    "privacy.DataExport, privacy.DataExportPart": _export,
}
EMPTY = {
    **dict.fromkeys(
        ("tracker.HistoricalExerciseActivity", "tracker.HistoricalCognitiveActivity", "tracker.HistoricalFood"),
        "staff change the catalogue, participants don't",
    ),
    "account.EmailConfirmation": "addresses are confirmed by a code in the session, not by a link",
    "admin.LogEntry": "what staff did; a participant does nothing there",
    "accounts.User_groups": "participants are in no group",
    "accounts.User_user_permissions": "participants have no permission",
}


def participant_tables() -> list[tuple[type[models.Model], str]]:
    """Every table with a participant in it, and the way from its rows to them: over one other table at the most."""
    tables: list[tuple[type[models.Model], str]] = [(User, "id")]
    for model in apps.get_models(include_auto_created=True):
        for column in model._meta.concrete_fields:
            if column.is_relation and column.related_model is User:
                tables.append((model, column.attname))
    direct = dict(tables[1:])
    for model in apps.get_models(include_auto_created=True):
        for column in model._meta.concrete_fields:
            if column.is_relation and column.related_model in direct and model not in direct:
                tables.append((model, f"{column.name}__{direct[column.related_model]}"))
    return tables


def fill_every_table(life: Life) -> None:
    empty = {
        model._meta.label
        for model, column in participant_tables()
        if not model._base_manager.filter(**{column: life.user.pk}).exists()
    }
    assert empty <= EMPTY.keys(), f"tests/security/lives.py puts nothing into {sorted(empty - EMPTY.keys())}"


def rows_of(life: Life) -> dict[str, list[tuple[Any, ...]]]:
    """All that the database holds of a participant, to be compared with itself later."""
    return {
        f"{model._meta.label}.{column}": sorted(
            model._base_manager.filter(**{column: life.user.pk}).values_list(), key=repr
        )
        for model, column in participant_tables()
    }
