"""What a request may bring: bytes, expanded bytes, depth, and strict JSON. What it may not is refused and stores nothing."""

from __future__ import annotations

import gzip
import http.client
import json
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from backend.api.bodies import DuplicateKey, JSONTooDeep, MalformedJSON, read_json
from backend.limits.bounds import body_limit
from tests.conftest import Phone, exercise, make_phone
from tests.servers import Server, serving
from tracker.models import ExerciseLog

LIMIT = settings.MAX_BODY_BYTES
LOGS = "/v1/exercise-logs"


def post(phone: Phone, body: bytes, **headers: str) -> Any:
    return Client().generic("POST", LOGS, body, "application/json", headers={**headers, **phone.authorization})


def padded(day: Any, size: int) -> bytes:
    """A log as JSON of exactly this size: white space means nothing."""
    body = json.dumps(exercise(day)).encode()
    return body + b" " * (size - len(body))


@pytest.mark.django_db
class TestSizes:
    def test_a_body_may_have_as_much_as_the_limit_and_no_byte_more(self, phone: Phone, last_week: Any) -> None:
        assert post(phone, padded(last_week.monday, LIMIT)).status_code == 201
        answer = post(phone, padded(last_week.monday, LIMIT + 1))
        assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")
        assert (answer.json()["code"], answer.json()["limit"]) == ("body_too_large", LIMIT)
        assert ExerciseLog.objects.count() == 1

    def test_each_address_has_its_own_limit(self) -> None:
        assert body_limit("/v1/sync/push") == 2 * 1024 * 1024
        assert {body_limit(path) for path in ("/v1/me", "/auth/app/v1/auth/login", "/admin/")} == {LIMIT}

    def test_gzip_is_expanded(self, phone: Phone, last_week: Any) -> None:
        body = gzip.compress(padded(last_week.monday, LIMIT))
        assert post(phone, body, **{"Content-Encoding": "gzip"}).status_code == 201

    def test_gzip_expands_to_no_more_than_the_limit(self, phone: Phone, last_week: Any) -> None:
        for body in (gzip.compress(padded(last_week.monday, LIMIT + 1)), gzip.compress(b" " * 50_000_000)):
            answer = post(phone, body, **{"Content-Encoding": "gzip"})
            assert (answer.status_code, answer.json()["limit"]) == (413, LIMIT)
        assert ExerciseLog.objects.count() == 0

    @pytest.mark.parametrize(
        "body",
        [
            b"not gzip at all",
            gzip.compress(b'{"a": 1}')[:-5],
            gzip.compress(b'{"a": 1}')[:-8] + b"\0" * 8,
            gzip.compress(b'{"a": 1}') + b"and more",
            gzip.compress(b'{"a": 1}') * 2,
            zlib.compress(b'{"a": 1}'),
        ],
        ids=["no gzip", "cut off", "wrong checksum", "something after it", "two members", "zlib"],
    )
    def test_what_claims_to_be_gzip_has_to_be(self, phone: Phone, body: bytes) -> None:
        answer = post(phone, body, **{"Content-Encoding": "gzip"})
        assert (answer.status_code, answer.json()["code"]) == (400, "incomplete_body")

    @pytest.mark.parametrize("encoding", ["br", "deflate", "zstd", "gzip, gzip", "chunked"])
    def test_no_other_encoding_is_taken(self, phone: Phone, encoding: str) -> None:
        answer = post(phone, b"{}", **{"Content-Encoding": encoding})
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_encoding")
        assert answer["Accept-Encoding"] == "gzip"

    def test_a_very_long_address_is_refused(self, phone: Phone) -> None:
        answer = phone.get(f"{LOGS}?cursor={'x' * 9000}")
        assert (answer.status_code, answer.json()["code"]) == (414, "uri_too_long")

    def test_more_than_a_thousand_parameters_are_refused(self, phone: Phone) -> None:
        answer = phone.get(LOGS + "?" + "&".join(["p=1"] * 1001))
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


@pytest.mark.django_db(transaction=True)
class TestOverTheNetwork:
    @pytest.fixture
    def server(self, tmp_path: Path, catalogue: None) -> Iterator[Server]:
        with serving(tmp_path) as server:
            yield server

    def test_chunks_are_counted_while_they_come(self, server: Server, last_week: Any) -> None:
        phone = make_phone()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {phone.token}"}

        def send(size: int) -> tuple[int, Any]:
            body = padded(last_week.monday, size)
            connection = http.client.HTTPConnection(server.address.removeprefix("http://"), timeout=20)
            chunks = (body[start : start + 10_000] for start in range(0, size, 10_000))
            connection.request("POST", LOGS, chunks, headers, encode_chunked=True)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())

        assert send(5_000)[0] == 201
        assert send(LIMIT)[0] == 201
        status, problem = send(LIMIT + 1)
        assert (status, problem["code"], problem["limit"]) == (413, "body_too_large", LIMIT)
        assert ExerciseLog.objects.count() == 2


# --- JSON


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": {"b": [1, "x"]}}', {"a": {"b": [1, "x"]}}),
        (b'{"a": "[[[[[[[[[[[[[[[[[[[[[[[[["}', {"a": "[" * 25}),
        (b'{"a": "\\"[:{", "b": "\\\\"}', {"a": '"[:{', "b": "\\"}),
        (b'[{"a": 1}, {"a": 2}]', [{"a": 1}, {"a": 2}]),
        (b'{"a": {"a": 1}}', {"a": {"a": 1}}),
        (b'{"a:b": ":", "c": "\xe2\x98\xba"}', {"a:b": ":", "c": "☺"}),
        (b'"\\ud83d\\ude00"', "😀"),
        (b"-0", 0),
        (b"[[], {}, [[]]]", [[], {}, [[]]]),
    ],
)
def test_json_is_read(body: bytes, value: Any) -> None:
    assert read_json(body) == value


def test_twenty_levels_are_read_and_not_one_more() -> None:
    assert read_json(nested(20))
    for body in (nested(21), b'{"a":' * 21 + b"1" + b"}" * 21, b"[" * 200_000, b'[{"a":' * 100_000, nested(100_000)):
        with pytest.raises(JSONTooDeep):
            read_json(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": 1, "a": 2}',
        b'{"a": 1, "a": 1}',
        b'[{"b": {"a": 1, "\\u0061": 2}}]',
        b'{"a": {"x": 1}, "a": 1}',
    ],
)
def test_a_key_may_not_come_twice(body: bytes) -> None:
    with pytest.raises(DuplicateKey):
        read_json(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"nope",
        b"{",
        b"}",
        b"]]]][[[[",
        b'{"a"}',
        b'{"a": 1,}',
        b"{'a': 1}",
        b'{"a": NaN}',
        b"Infinity",
        b"-Infinity",
        b"1e999",
        b"9" * 5000,
        b"01",
        b"+1",
        b".5",
        b"0x10",
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b'"\\ud800"',
        b'"\\ud800 and more text"',
        b'"\\udc00 and more text"',
        b'"\\ud83dx\\ude00"',
        b'"a\nb"',
        b'"a\x00b"',
        b'"\\x41"',
        b'"open',
        b'"open\\',
        b'{"a": 1} {"b": 2}',
        b"{} // a comment",
        b"\xef\xbb\xbf{}",
        '{"a": 1}'.encode("utf-16"),
        b"true false",
    ],
)
def test_what_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedJSON) as refusal:
        read_json(body)
    assert len(refusal.value.detail) < 200


@pytest.mark.parametrize(
    "body",
    [
        b'"' + b'\\"' * 1_000_000,
        b'"\\' * 1_000_000,
        b'"' * 2_000_000,
        b"[]," * 600_000,
        b"{" * 2_000_000,
        b'{"":' * 500_000,
        b'"a":' * 500_000,
    ],
    ids=["escaped quotes", "quotes escaped", "quotes", "pairs", "opened", "objects", "keys"],
)
def test_two_megabytes_made_to_be_slow_are_refused_at_once(body: bytes) -> None:
    started = time.process_time()
    with pytest.raises((MalformedJSON, JSONTooDeep)):
        read_json(body)
    assert time.process_time() - started < 0.5


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (nested(21), "json_too_deep"),
        (b'{"email": "a@example.org", "email": "b@example.org", "password": "x"}', "duplicate_key"),
        (b'{"email": "\\ud800@example.org", "password": "correct horse battery"}', "malformed_json"),
        (b'{"email": NaN}', "malformed_json"),
    ],
)
def test_the_sign_in_addresses_read_as_strictly(client: Client, body: bytes, code: str) -> None:
    answer = client.generic("POST", "/auth/app/v1/auth/login", body, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, code)
