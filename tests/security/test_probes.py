"""Nobody gets at anybody else's data: every operation, by every caller, with somebody else's ids everywhere an id can stand."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.db import transaction

from backend.sync.records import RecordType, registry
from tests.contract import operations
from tests.security.callers import NOBODIES, OTHERS, bearer, token_of
from tests.security.conftest import World
from tests.security.lives import rows_of
from tests.security.probing import Probe, probes, send, texts_of

pytestmark = pytest.mark.django_db

METHODS = ("get", "post", "put", "patch", "delete", "trace", "propfind")
# Of one answer only: when it was, which it was, how many more there may be.
PASSING_HEADERS = ("date", "x-request-id", "ratelimit", "ratelimit-policy")


def ask(client: Any, probe: Probe) -> Any:
    return send(client, probe.operation.method, probe.address, probe.body, probe.headers)


@pytest.mark.parametrize("caller", NOBODIES)
def test_those_who_are_not_signed_in_get_nothing(world: World, caller: str) -> None:
    client = NOBODIES[caller](world.owner)
    for operation in operations():
        for probe in probes(operation, world.owner):
            answer = ask(client, probe)
            world.watch(caller, probe.sent(), answer)
            if not operation.is_open:
                assert answer.status_code == 401, probe
                assert answer["WWW-Authenticate"] == "Bearer"
            elif any(operation.schema.get("security", ())):
                assert answer.status_code >= 400, f"open without the key that opens it: {probe}"
    world.assert_nothing_leaked(probes=1000)


@pytest.mark.parametrize("caller", OTHERS)
def test_others_get_only_their_own(world: World, caller: str) -> None:
    user = OTHERS[caller](world.other)
    client = bearer(token_of(user))
    for operation in operations():
        for probe in probes(operation, world.owner):
            if operation.method != "get":  # it may have ended the session before
                client = bearer(token_of(user))
            answer = ask(client, probe)
            world.watch(caller, probe.sent(), answer)
            assert answer.status_code < 500, probe
            assert answer.status_code != 401, f"not signed in, so nothing was tried: {probe}"
            if "cursor" in probe.query or probe.undeclared:
                assert answer.status_code in (404, 422), f"taken from {caller}: {probe}"
    world.assert_nothing_leaked(probes=1000)


def test_somebody_elses_id_is_answered_like_nobodys(world: World) -> None:
    """Byte for byte, whatever is done to it, by somebody who has never used either."""
    client, pairs = bearer(world.other.phone.token), 0
    for operation in operations():
        for probe in probes(operation, world.owner):
            if probe.kind == "path" and probe.unknown is not None:
                body = {key: value for key, value in probe.body.items() if key != "id"} if probe.body else None
                foreign, unknown = (
                    answered_alone(client, operation.method, path, body) for path in (probe.path, probe.unknown)
                )
                assert foreign == unknown, probe
                pairs += 1
    assert pairs >= 18


def test_a_push_reaches_nothing_of_anybody_elses(world: World) -> None:
    """Every operation, under every id and origin of the owner's: answered as for ids that nobody has."""
    client, owner = bearer(world.other.phone.token), world.owner
    pairs = 0
    for record_type in registry:
        for row in list(record_type.model._default_manager.filter(user=owner.user).values()):
            for change in pushed_at(record_type, row):
                unknown = {
                    **change,
                    **({"id": str(uuid.uuid4())} if "id" in change else {"external_id": "nobody-has-this"}),
                }
                body = [{"account": str(world.other.user.pk), "changes": [sent]} for sent in (change, unknown)]
                foreign, nobodys = (answered_alone(client, "post", "/v1/sync/push", each) for each in body)
                outcomes = [json.loads(answer[2])["outcomes"][0] for answer in (foreign, nobodys)]
                for outcome, sent in zip(outcomes, (change, unknown), strict=True):
                    assert outcome.pop("id", None) == sent.get("id")
                assert outcomes[0] == outcomes[1], change
                pairs += 1
                as_owner = send(client, "post", "/v1/sync/push", {"account": str(owner.user.pk), "changes": [change]})
                assert (as_owner.status_code, as_owner.json()["code"]) == (409, "wrong_account")
    assert pairs >= 30
    assert rows_of(owner) == world.before


def pushed_at(record_type: RecordType, row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    named = {"type": record_type.name, "id": str(row["uid"])}
    for version in {0, row["version"]}:
        yield {"op": "delete", "base_version": version, **named}
        yield {"op": "upsert", "base_version": version, "record": {"note": "mine now"}, **named}
    yield {"op": "restore", "version": 9, "deleted": True, **named}
    if row.get("origin_external_id"):
        yield {"op": "delete_by_origin", "platform": row["origin_platform"], "external_id": row["origin_external_id"]}


def answered_alone(client: Any, method: str, path: str, body: Any) -> tuple[int, dict[str, str], bytes]:
    """The answer with its own id left out, and nothing written for later requests to find."""
    with transaction.atomic():
        answer = send(client, method, path, body)
        transaction.set_rollback(True)
    own = path.rpartition("/")[2]
    headers = {name: value.replace(own, "ID") for name, value in answer.items() if name.lower() not in PASSING_HEADERS}
    return answer.status_code, headers, answer.content.replace(own.encode(), b"ID")


def test_owners_do_see_their_own(world: World) -> None:
    """Without this the other tests would hold for a server that shows nothing."""
    for life, other in ((world.owner, world.other), (world.other, world.owner)):
        seen = set()
        for operation in operations():
            for parameters in life.addresses_of(operation.path) if operation.method == "get" else ():
                text = texts_of(life.phone.get(operation.path.format(**parameters)))
                assert not any(secret in text for secret in other.secrets), operation.name
                if life.canary in text:
                    seen.add(operation.path)
        assert {"/v1/me", "/v1/exercise-logs", "/v1/cognitive-logs/{uid}", "/v1/diet-logs"} <= seen


def test_methods_that_are_not_documented_are_refused(world: World) -> None:
    documented = {(operation.path, operation.method) for operation in operations()}
    for path in {operation.path for operation in operations()}:
        for method in METHODS:
            if (path, method) not in documented:
                (parameters, *_) = world.owner.addresses_of(path)
                answer = send(bearer(world.owner.phone.token), method, path.format(**parameters))
                assert answer.status_code == 405, (method, path)
                assert method.upper() not in answer["Allow"]
    assert rows_of(world.owner) == world.before
