"""What nobody sends who means well: each with the one clear refusal that it gets, or as text that is kept as it is.

Paths and headers may hold `{token}`, `{cursor}`, `{other_cursor}` and `{log}`, which the test fills in.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

LOG_ID = "01938f2e-7c1a-7000-8000-3d5f0a6b9c21"
EXERCISE: dict[str, Any] = {
    "id": LOG_ID,
    "activity": "run",
    "started_at": "2026-11-16T12:00:00+01:00",
    "duration_seconds": 1800,
}
COGNITIVE: dict[str, Any] = {**EXERCISE, "activity": "reading"}
DIET: dict[str, Any] = {
    "id": LOG_ID,
    "eaten_at": "2026-11-16T12:00:00+01:00",
    "meal": "lunch",
    "items": [{"food_group": "berries", "servings": 1}],
}
AUTH = "/auth/app/v1"
CREDENTIALS = {"email": "rosa@example.org", "password": "correct horse battery staple"}

LOGS, MEALS, MARK, CONFIRMATION, ME = (
    "/v1/exercise-logs",
    "/v1/diet-logs",
    "/v1/day-marks/2026-11-16",
    "/v1/weeks/2026-W47/confirmation",
    "/v1/me",
)


@dataclass(frozen=True)
class Case:
    name: str
    method: str
    path: str
    status: int
    code: str | None
    """None: allauth's form, which has a status and no code."""
    body: Any = None
    """Bytes as they are; anything else as JSON."""
    pointer: tuple[str, str] | None = None
    """The first error's pointer and code."""
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    authorization: str = "Bearer {token}"


def refusals() -> dict[str, list[Case]]:
    """By what is wrong."""
    return {
        "not JSON": list(_not_json()),
        "wrong types": list(_wrong_types()),
        "numbers": list(_numbers()),
        "times": list(_times()),
        "texts": list(_texts()),
        "unknown fields": list(_unknown_fields()),
        "paths and ids": list(_paths_and_ids()),
        "tokens": list(_tokens()),
        "cursors and parameters": list(_cursors_and_parameters()),
        "headers": list(_headers()),
        "compressed": list(_compressed()),
        "profile": list(_profile()),
        "signing in": list(_signing_in()),
    }


def _not_json() -> Iterator[Case]:
    good = json.dumps(EXERCISE).encode()
    bodies: dict[str, tuple[str, bytes]] = {
        "no body's worth of JSON": ("malformed_json", b" "),
        "cut off": ("malformed_json", good[:-1]),
        "a second value": ("malformed_json", good + good),
        "NaN": ("malformed_json", good.replace(b"1800", b"NaN")),
        "Infinity": ("malformed_json", good.replace(b"1800", b"-Infinity")),
        "an exponent past all bounds": ("malformed_json", good.replace(b"1800", b"1e999")),
        "a number of 100 000 digits": ("malformed_json", good.replace(b"1800", b"9" * 100_000)),
        "a leading zero": ("malformed_json", good.replace(b"1800", b"01800")),
        "a comment": ("malformed_json", good + b"/* */"),
        "single quotes": ("malformed_json", good.replace(b'"', b"'")),
        "a trailing comma": ("malformed_json", good[:-1] + b",}"),
        "a raw line break in a text": ("malformed_json", good.replace(b"run", b"ru\nn")),
        "a raw NUL in a text": ("malformed_json", good.replace(b"run", b"ru\0n")),
        "a NUL before it": ("malformed_json", b"\0" + good),
        "a byte order mark": ("malformed_json", b"\xef\xbb\xbf" + good),
        "UTF-16": ("malformed_json", json.dumps(EXERCISE).encode("utf-16")),
        "UTF-32": ("malformed_json", json.dumps(EXERCISE).encode("utf-32")),
        "Latin-1": ("malformed_json", good.replace(b"run", b"r\xfcn")),
        "overlong UTF-8": ("malformed_json", good.replace(b"run", b"r\xc0\xafn")),
        "a surrogate in UTF-8": ("malformed_json", good.replace(b"run", b"r\xed\xa0\x80n")),
        "half a surrogate pair": ("malformed_json", good.replace(b"run", b"r\\ud800n")),
        "the other half": ("malformed_json", good.replace(b"run", b"r\\udc00n")),
        "a pair the wrong way round": ("malformed_json", good.replace(b"run", b"\\udc00\\ud800 and more")),
        "an unknown escape": ("malformed_json", good.replace(b"run", b"r\\x75n")),
        "a text without an end": ("malformed_json", b'{"id": "' + b"x" * 1000),
        "a key twice": ("duplicate_key", good[:-1] + b', "duration_seconds": 60}'),
        "a key twice, once escaped": ("duplicate_key", good[:-1] + b', "duration\\u005fseconds": 60}'),
        "a key twice, deep inside": ("duplicate_key", good[:-1] + b', "origin": {"platform": "a", "platform": "b"}}'),
        "21 levels of lists": ("json_too_deep", b"[" * 21 + b"]" * 21),
        "21 levels of objects": ("json_too_deep", b'{"a":' * 21 + b"1" + b"}" * 21),
        "21 levels, mixed": ("json_too_deep", b'[{"a":' * 11 + b"1" + b"}]" * 11),
        "100 000 lists": ("json_too_deep", b"[" * 100_000 + b"]" * 100_000),
        "100 000 lists without an end": ("json_too_deep", b"[" * 100_000),
        "40 000 objects": ("json_too_deep", b'{"a":' * 40_000),
        "closed before it is opened": ("malformed_json", b"]" * 1000 + b"[" * 10),
        "XML": (
            "malformed_json",
            b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        ),
        "YAML": ("malformed_json", b"!!python/object/apply:os.system ['true']"),
        "a pickle": ("malformed_json", b"\x80\x04\x95\x1a\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94."),
        "a form": ("malformed_json", b"id=1&activity=run"),
    }
    for name, (code, body) in bodies.items():
        yield Case(f"not JSON: {name}", "POST", LOGS, 400, code, body)
    for name, value in {
        "a list": [],
        "a text": "x",
        "a number": 1,
        "null": None,
        "true": True,
        "many": [EXERCISE],
    }.items():
        for method, path in (("POST", LOGS), ("PUT", f"{LOGS}/{LOG_ID}"), ("PUT", MARK)):
            body = json.dumps(value).encode()
            yield Case(f"{name} for an object: {method} {path}", method, path, 422, "invalid", body, ("", "type"))
    yield Case("a list for an object: PATCH /v1/me", "PATCH", ME, 422, "invalid", b"[]", ("", "invalid"))


def _wrong_types() -> Iterator[Case]:
    wrong: dict[str, list[Any]] = {
        "id": [1, None, [], {}, "not a uuid", "", LOG_ID + "0", "' OR 1=1 --"],
        "activity": [1, None, [], {}, True],
        "started_at": [1_800_000_000, None, [], {}],
        "duration_seconds": ["1800", None, [], {}, True, 1800.5],
        "time_zone": [1, [], {}],
        "ended_at": [1, [], {}],
        "activity_name": [1, [], {}],
        "note": [1, None, [], {}],
        "origin": [1, "healthkit", []],
    }
    for name, values in wrong.items():
        for value in values:
            body = {**EXERCISE, name: value}
            yield Case(f"{name} = {value!r}", "POST", LOGS, 422, "invalid", body, (f"/{name}", "type"))
    for name in ("effort", "distance_m"):
        for value in ([], {}, True):
            body = {**EXERCISE, name: value}
            yield Case(f"{name} = {value!r}", "POST", LOGS, 422, "invalid", body, (f"/{name}", "type"))
    for value in (1, None, "true", []):
        body = {**COGNITIVE, "social": value}
        yield Case(f"social = {value!r}", "POST", "/v1/cognitive-logs", 422, "invalid", body, ("/social", "type"))
    for value in (None, "berries", {}, {"food_group": "berries"}, 1):
        body = {**DIET, "items": value}
        yield Case(f"items = {value!r}", "POST", MEALS, 422, "invalid", body, ("/items", "type"))
    yield Case("an item that is a list", "POST", MEALS, 422, "invalid", {**DIET, "items": [[]]}, ("/items/0", "type"))
    for value, code in ((1, "type"), ("elevenses", "unknown_choice"), (None, "type"), ([], "type")):
        yield Case(f"meal = {value!r}", "POST", MEALS, 422, "invalid", {**DIET, "meal": value}, ("/meal", code))
    for value in (1, None, "false", []):
        yield Case(f"excused = {value!r}", "PUT", MARK, 422, "invalid", {"excused": value}, ("/excused", "type"))
    for value, pointer in (("exercise", ("/nothing", "type")), (["running"], ("/nothing/0", "unknown_choice"))):
        yield Case(f"nothing = {value!r}", "PUT", MARK, 422, "invalid", {"nothing": value}, pointer)
    yield Case("domains = {}", "PUT", CONFIRMATION, 422, "invalid", {"domains": {}}, ("/domains", "type"))
    yield Case("a mark of another date", "PUT", MARK, 422, "invalid", {"date": "2026-11-17"}, ("/date", "other_id"))


def _numbers() -> Iterator[Case]:
    value: Any
    for value in (0, -1, 86_401, -(2**63), 2**63 - 1, 2**64, -(2**64)):
        body = {**EXERCISE, "duration_seconds": value}
        yield Case(f"{value} seconds", "POST", LOGS, 422, "invalid", body, ("/duration_seconds", "out_of_range"))
    body = {**EXERCISE, "duration_seconds": 1e308}
    yield Case("1e308 seconds", "POST", LOGS, 422, "invalid", body, ("/duration_seconds", "type"))
    for value in (-1, -0.1, 10_000_000, 1e300, "NaN", "sNaN", "Infinity", "-Infinity", "1e1000", "9" * 400):
        body = {**EXERCISE, "distance_m": value}
        yield Case(f"{value!r:.20} metres", "POST", LOGS, 422, "invalid", body, ("/distance_m", "out_of_range"))
    for value in ("0x10", "1;2", "", "--1"):
        body = {**EXERCISE, "distance_m": value}
        yield Case(f"{value!r} metres", "POST", LOGS, 422, "invalid", body, ("/distance_m", "type"))
    for value, code in (
        (0, "out_of_range"),
        (-1, "out_of_range"),
        (1000.01, "out_of_range"),
        (1e300, "out_of_range"),
        ("NaN", "out_of_range"),
        ("Infinity", "out_of_range"),
        ("1e99999", "out_of_range"),
        ("-1e-99999", "out_of_range"),
        ("1" + "0" * 10_000, "out_of_range"),
    ):
        body = {**DIET, "items": [{"food_group": "berries", "servings": value}]}
        yield Case(f"{value!r:.20} servings", "POST", MEALS, 422, "invalid", body, ("/items/0/servings", code))
    many = {**DIET, "items": DIET["items"] * 41}
    yield Case("41 items", "POST", MEALS, 422, "invalid", many, ("/items", "length"))
    lots = {**DIET, "items": DIET["items"] * 5_000}
    yield Case("5 000 items", "POST", MEALS, 422, "invalid", lots, ("/items", "length"))


def _times() -> Iterator[Case]:
    for text, code in (
        ("2026-11-16T12:00:00", "time_without_offset"),
        ("2026-11-16", "malformed_time"),
        ("", "malformed_time"),
        ("now", "malformed_time"),
        ("2026-02-30T12:00:00Z", "malformed_time"),
        ("2026-11-16T25:00:00Z", "malformed_time"),
        ("2026-11-16T12:60:00Z", "malformed_time"),
        ("2026-11-16T12:00:00+99:00", "malformed_time"),
        ("2026-11-16T12:00:00+24:00", "malformed_time"),
        ("0000-01-01T00:00:00Z", "malformed_time"),
        ("0001-01-01T00:00:00+14:00", "malformed_time"),
        ("-2026-11-16T12:00:00Z", "malformed_time"),
        ("+12026-11-16T12:00:00Z", "malformed_time"),
        ("9999-12-31T23:59:59-14:00", "malformed_time"),
        ("2026-W47-1T12:00:00Z", "malformed_time"),
        ("2026-11-16T12:00:00Z\n", "malformed_time"),
        ("2026-11-16T12:00:00Z; DROP TABLE accounts_user", "length"),
        ("１９２６-11-16T12:00:00Z", "malformed_time"),  # noqa: RUF001
        ("2026-11-16T12:00:00Z\0", "malformed_time"),
        ("2" * 10_000, "length"),
        ("2150-01-01T00:00:00Z", "in_future"),
        ("1850-01-01T00:00:00Z", "malformed_time"),
    ):
        body = {**EXERCISE, "started_at": text}
        yield Case(f"started at {text!r:.50}", "POST", LOGS, 422, "invalid", body, ("/started_at", code))
    body = {**EXERCISE, "ended_at": "2026-11-16T11:59:59+01:00"}
    yield Case("ended before it started", "POST", LOGS, 422, "invalid", body, ("/ended_at", "ends_before_start"))


def _texts() -> Iterator[Case]:
    for name, limit in (("note", 2000), ("activity_name", 120), ("activity", 80), ("time_zone", 64)):
        body = {**EXERCISE, name: "x" * (limit + 1)}
        yield Case(f"{name} of {limit + 1} characters", "POST", LOGS, 422, "invalid", body, (f"/{name}", "length"))
        body = {**EXERCISE, name: "a\0b"}
        yield Case(f"{name} with NUL", "POST", LOGS, 422, "invalid", body, (f"/{name}", "characters"))
    for name in ("activity_name", "activity", "time_zone"):
        for character in ("\n", "\r\n", "\x1b[2J", "\x7f", "\u2028", "\u0085"):
            body = {**EXERCISE, name: f"a{character}Bcc: everybody@example.org"}
            yield Case(f"{name} with {character!r}", "POST", LOGS, 422, "invalid", body, (f"/{name}", "characters"))
    body = {**EXERCISE, "activity_name": "a\n"}
    yield Case(
        "activity_name with a line break at its end",
        "POST",
        LOGS,
        422,
        "invalid",
        body,
        ("/activity_name", "characters"),
    )
    for name in ("platform", "app_id", "external_id"):
        body = {**EXERCISE, "origin": {"platform": "healthkit", name: "a\0b"}}
        yield Case(f"{name} with NUL", "POST", LOGS, 422, "invalid", body, (f"/origin/{name}", "characters"))
        body = {**EXERCISE, "origin": {"platform": "healthkit", name: "x" * 201}}
        yield Case(f"{name} of 201 characters", "POST", LOGS, 422, "invalid", body, (f"/origin/{name}", "length"))
    for code in ("<script>", "run'--", "RUN", "ｒｕｎ", "run ", "../run"):  # noqa: RUF001
        body = {**EXERCISE, "activity": code}
        yield Case(f"activity {code!r}", "POST", LOGS, 422, "invalid", body, ("/activity", "unknown_activity"))
    body = {**DIET, "items": [{"food": "=cmd|' /C calc'!A0", "servings": 1}]}
    yield Case("a formula for a food", "POST", MEALS, 422, "invalid", body, ("/items/0/food", "unknown_food"))


def _unknown_fields() -> Iterator[Case]:
    for name in (
        "user",
        "user_id",
        "seq",
        "content_hash",
        "deleted_at",
        "uid",
        "utc_offset",
        "intensity",
        "strength",
        "origin_platform",
        "__proto__",
        "constructor",
        "__class__",
        "$where",
        "note ",
        "Note",
        "ｎote",  # noqa: RUF001
        "note\u200b",
        "a\0b",
        "",
    ):
        body = {**EXERCISE, name: "x"}
        yield Case(f"the field {name!r}", "POST", LOGS, 422, "invalid", body, (f"/{name}", "unknown_field"))
    body = {**EXERCISE, "origin": {"platform": "healthkit", "user_id": "x"}}
    yield Case("an unknown field inside", "POST", LOGS, 422, "invalid", body, ("/origin/user_id", "unknown_field"))
    body = {**EXERCISE, **{f"f{number}": 1 for number in range(10_000)}}
    yield Case("10 000 unknown fields", "POST", LOGS, 422, "invalid", body, ("/f0", "unknown_field"))
    body = {**EXERCISE, "a/b~c": 1}
    yield Case("a field that looks like a pointer", "POST", LOGS, 422, "invalid", body, ("/a~1b~0c", "unknown_field"))


def _paths_and_ids() -> Iterator[Case]:
    for name, path in {
        "one that doesn't exist": f"{LOGS}/00000000-0000-0000-0000-000000000000",
        "a slash at the end": f"{LOGS}/",
        "two slashes": "/v1//exercise-logs",
        "no uuid": f"{LOGS}/1",
        "braces": f"{LOGS}/%7B{LOG_ID}%7D",
        "no dashes": f"{LOGS}/{LOG_ID.replace('-', '')}",
        "a dot": f"{LOGS}/.",
        "up, encoded": f"{LOGS}/%2e%2e/me",
        "up, encoded twice": f"{LOGS}/%252e%252e/me",
        "an encoded slash": f"{LOGS}%2F{LOG_ID}",
        "a backslash": f"{LOGS}/..%5Cme",
        "NUL": f"{LOGS}/{LOG_ID}%00",
        "CR LF": f"{LOGS}/{LOG_ID}%0d%0aSet-Cookie:%20a=b",
        "not UTF-8": f"{LOGS}/%ff%fe",
        "a suffix": f"{LOGS}/{LOG_ID}.json",
        "a matrix parameter": f"{LOGS}/{LOG_ID};v=1",
        "SQL": f"{LOGS}/'%20OR%201=1--",
        "another version": "/v2/exercise-logs",
        "capitals": "/V1/exercise-logs",
        "a full-width digit": "/v1/weeks/2026-W４７",  # noqa: RUF001
        "week 0": "/v1/weeks/2026-W00",
        "week 54": "/v1/weeks/2026-W54",
        "a week long ago": "/v1/weeks/0001-W01",
        "30 February": "/v1/day-marks/2026-02-30",
        "a date after all": "/v1/day-marks/9999-12-31",
        "a very long one": f"{LOGS}/{'a' * 4000}",
        "PHP": "/v1/index.php",
        "a file of the system": "/static/..%2f..%2f..%2fetc/passwd",
        "a file of ours": "/static/../config/settings.py",
    }.items():
        yield Case(f"the address: {name}", "GET", path, 404, "not_found")
    for method in ("PATCH", "POST", "TRACE", "PROPFIND", "BREW"):
        yield Case(f"{method} to a log", method, f"{LOGS}/{LOG_ID}", 405, "method_not_allowed")
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        path = f"{LOGS}/{{log}}"
        yield Case(f"{name}: DELETE", "POST", path, 405, "method_not_allowed", {}, headers={name: "DELETE"})
    yield Case("_method in the query", "POST", f"{LOGS}/{{log}}?_method=DELETE", 405, "method_not_allowed", {})


def _tokens() -> Iterator[Case]:
    for name, header in {
        "empty": "Bearer ",
        "made up": "Bearer " + "A" * 43,
        "cut off": "Bearer {token_cut}",
        "with something after it": "Bearer {token}x",
        "in capitals": "Bearer {token_upper}",
        "two": "Bearer {token} {token}",
        "64 KiB": "Bearer " + "A" * 65_536,
        "not ASCII": "Bearer töken",
        "its hash": "Bearer {token_hash}",
        "a JWT without signature": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
        "SQL": "Bearer ' OR ''='",
        "a pattern": "Bearer %",
        "with NUL": "Bearer {token}\0",
        "a line break": "Bearer {token}\r\nX-Admin: 1",
    }.items():
        yield Case(f"a token: {name}", "GET", ME, 401, "authentication_failed", authorization=header)
    for name, header in {
        "none": "",
        "Basic": "Basic cm9zYTpwYXNz",
        "no scheme": "{token}",
        "another scheme": "Token {token}",
        "a tab": "Bearer\t{token}",
    }.items():
        yield Case(f"a token: {name}", "GET", ME, 401, "not_authenticated", authorization=header)
    yield Case("a token in the query", "GET", ME + "?access_token={token}", 401, "not_authenticated", authorization="")
    yield Case(
        "a token in a cookie",
        "GET",
        ME,
        401,
        "not_authenticated",
        headers={"Cookie": "sessionid={token}"},
        authorization="",
    )
    yield Case(
        "a token in allauth's header",
        "GET",
        ME,
        401,
        "not_authenticated",
        headers={"X-Session-Token": "{token}"},
        authorization="",
    )


def _cursors_and_parameters() -> Iterator[Case]:
    for name, cursor in {
        "empty": "",
        "made up": "WyIyMDI2LTExLTE2Il0:1abcde:AAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "cut off": "{cursor_cut}",
        "with something after it": "{cursor}x",
        "changed": "{cursor_changed}",
        "without signature": "{cursor_unsigned}",
        "of another type": "{meal_cursor}",
        "another participant's": "{other_cursor}",
        "a pickle": "gASVAAAAAAAAAACMBXBvc2l4lC4:1abcde:AAAA",
        "bytes": "%ff%00",
        "4 KiB": "A" * 4096,
        "colons": ":" * 100,
        "compressed": ".eJwrTs5IzUlVKEktLlGozC_KyQEAMZAGfA:1abcde:AAAA",
    }.items():
        yield Case(
            f"a cursor: {name}", "GET", f"{LOGS}?cursor={cursor}", 422, "invalid", pointer=("?cursor", "malformed")
        )
    for name, value in {
        "limit": ["0", "-1", "201", "1e2", "", "１０", "1" * 5000, "0x10", "2.0", " 10", "NaN"],  # noqa: RUF001
        "from": ["", "yesterday", "2026-13-01", "20261116", "2026-11-16T00:00:00Z", "0001-01-01", "９９９９-01-01"],  # noqa: RUF001
    }.items():
        for text in value:
            path = f"{LOGS}?{name}={text}"
            yield Case(f"{name}={text:.20}", "GET", path, 422, "invalid", pointer=(f"?{name}", "malformed"))
    for name in ("user", "user_id", "format", "limit[]", "__proto__", "fields", "order_by", "page"):
        path = f"{LOGS}?{name}=1"
        yield Case(f"the parameter {name}", "GET", path, 422, "invalid", pointer=(f"?{name}", "unknown_parameter"))
    yield Case("a parameter twice", "GET", f"{LOGS}?limit=1&limit=2", 422, "invalid", pointer=("?limit", "repeated"))
    yield Case("9 KiB of query", "GET", f"{LOGS}?cursor={'A' * 9216}", 414, "uri_too_long")
    yield Case("1 001 parameters", "GET", f"{LOGS}?" + "&".join(["p=1"] * 1001), 400, "bad_request")
    yield Case(
        "53 weeks", "GET", "/v1/weeks?from=2025-W40&to=2026-W47", 422, "invalid", pointer=("?from", "out_of_range")
    )
    yield Case(
        "weeks backwards",
        "GET",
        "/v1/weeks?from=2026-W47&to=2026-W40",
        422,
        "invalid",
        pointer=("?from", "out_of_range"),
    )
    yield Case(
        "a language of markup",
        "GET",
        "/v1/catalogue/foods?language=<b>",
        422,
        "invalid",
        pointer=("?language", "malformed"),
    )
    yield Case(
        "a search of 81", "GET", f"/v1/catalogue/foods?q={'a' * 81}", 422, "invalid", pointer=("?q", "malformed")
    )


def _headers() -> Iterator[Case]:
    path = f"{LOGS}/{{log}}"
    for text in ("*", "1", '"one"', '"-1"', '"1", "2"', '"99999999999999999"', "W/", '"1"; DROP', "\0"):
        yield Case(
            f"If-Match: {text!r}",
            "DELETE",
            path,
            422,
            "invalid",
            pointer=("", "malformed_if_match"),
            headers={"If-Match": text},
        )
    yield Case(
        "If-Match of a version to come",
        "DELETE",
        path,
        422,
        "invalid",
        pointer=("", "version_ahead"),
        headers={"If-Match": '"7"'},
    )
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/json-patch+json",
        "application/jsonp",
        "text/json",
        "application/msgpack",
        "application/json/",
        "*/*",
        "",
    ):
        yield Case(f"the type {kind!r}", "POST", LOGS, 415, "unsupported_media_type", EXERCISE, content_type=kind)
    for encoding in ("br", "deflate", "zstd", "compress", "gzip, gzip", "gzip\0"):
        yield Case(
            f"the encoding {encoding!r}",
            "POST",
            LOGS,
            415,
            "unsupported_encoding",
            EXERCISE,
            headers={"Content-Encoding": encoding},
        )


def _compressed() -> Iterator[Case]:
    bombs: dict[str, tuple[int, str, bytes]] = {
        "a megabyte of nothing": (413, "body_too_large", gzip.compress(b"\0" * 1_000_000)),
        "100 megabytes": (413, "body_too_large", gzip.compress(b" " * 100_000_000, 9)),
        "a bomb in a bomb": (413, "body_too_large", gzip.compress(gzip.compress(b" " * 100_000_000, 9) * 40)),
        "deep lists": (400, "json_too_deep", gzip.compress(b"[" * 200_000)),
        "cut off": (400, "incomplete_body", gzip.compress(json.dumps(EXERCISE).encode())[:-4]),
        "a wrong checksum": (400, "incomplete_body", gzip.compress(json.dumps(EXERCISE).encode())[:-8] + b"\0" * 8),
        "something after it": (400, "incomplete_body", gzip.compress(json.dumps(EXERCISE).encode()) + b"x"),
        "none at all": (400, "incomplete_body", json.dumps(EXERCISE).encode()),
        "only its first bytes": (400, "incomplete_body", b"\x1f\x8b"),
    }
    for name, (status, code, body) in bombs.items():
        headers = {"Content-Encoding": "gzip"}
        yield Case(f"gzip: {name}", "POST", LOGS, status, code, body, headers=headers)
        yield Case(
            f"gzip to sign in: {name}",
            "POST",
            f"{AUTH}/auth/login",
            status,
            code,
            body,
            headers=headers,
            authorization="",
        )
    big = json.dumps({**EXERCISE, "note": "x" * 300_000}).encode()
    for method, path in (
        ("POST", LOGS),
        ("PUT", f"{LOGS}/{LOG_ID}"),
        ("PATCH", ME),
        ("PUT", MARK),
        ("POST", f"{AUTH}/auth/signup"),
    ):
        yield Case(f"300 KB to {path}", method, path, 413, "body_too_large", big)


def _profile() -> Iterator[Case]:
    for changes, pointer, code in (
        ({"id": LOG_ID, "is_staff": True}, "/is_staff", "unknown_field"),
        ({"is_superuser": True}, "/is_superuser", "unknown_field"),
        ({"password": "x" * 20}, "/password", "unknown_field"),
        ({"user": {"id": 1}}, "/user", "unknown_field"),
        ({"next_weekly_email_at": None}, "/next_weekly_email_at", "unknown_field"),
        ({"weekly_email": {"enabled": True, "user": 1}}, "/weekly_email/user", "unknown_field"),
        ({"weekly_email": []}, "/weekly_email", "invalid"),
        ({"weekly_email": {"hour": 24}}, "/weekly_email/hour", "max_value"),
        ({"weekly_email": {"hour": -1}}, "/weekly_email/hour", "min_value"),
        ({"weekly_email": {"hour": 10**18}}, "/weekly_email/hour", "max_value"),
        ({"weekly_email": {"weekday": 7}}, "/weekly_email/weekday", "invalid_choice"),
        ({"weekly_email": {"enabled": "maybe"}}, "/weekly_email/enabled", "invalid"),
        ({"display_name": "x" * 81}, "/display_name", "max_length"),
        ({"display_name": "a\0b"}, "/display_name", "characters"),
        ({"display_name": "Rosa\r\nBcc: everybody@example.org"}, "/display_name", "characters"),
        ({"display_name": "Rosa\x1b[31m"}, "/display_name", "characters"),
        ({"display_name": "Rosa \u202egnp.exe"}, "/display_name", "characters"),
        ({"display_name": "Rosa\u2066\u2067"}, "/display_name", "characters"),
        ({"display_name": "Rosa\u2028Luxemburg"}, "/display_name", "characters"),
        ({"display_name": ["Rosa"]}, "/display_name", "invalid"),
        ({"display_name": None}, "/display_name", "null"),
        ({"home_time_zone": "../../etc/passwd"}, "/home_time_zone", "unknown_time_zone"),
        ({"home_time_zone": "/etc/localtime"}, "/home_time_zone", "unknown_time_zone"),
        ({"home_time_zone": "Europe/Helsinki\0"}, "/home_time_zone", "null_characters_not_allowed"),
        ({"home_time_zone": "europe/helsinki"}, "/home_time_zone", "unknown_time_zone"),
        ({"home_time_zone": "x" * 65}, "/home_time_zone", "max_length"),
        ({"language": "../en"}, "/language", "invalid_choice"),
        ({"language": ["en"]}, "/language", "invalid_choice"),
        ({"birth_year": 1899}, "/birth_year", "min_value"),
        ({"birth_year": 9999}, "/birth_year", "max_value"),
        ({"birth_year": 1e300}, "/birth_year", "invalid"),
        ({"birth_year": "MCMLX"}, "/birth_year", "invalid"),
        ({"birth_year": True}, "/birth_year", "invalid"),
        ({"birth_year": 1950.5}, "/birth_year", "invalid"),
        ({"hide_numbers": "maybe"}, "/hide_numbers", "invalid"),
        ({"hide_numbers": None}, "/hide_numbers", "null"),
        ({"not_applicable": "fish"}, "/not_applicable", "not_a_list"),
        ({"not_applicable": [["fish"]]}, "/not_applicable/0", "invalid_choice"),
        ({"not_applicable": ["fish"] * 1000}, "/not_applicable", "max_length"),
        ({"not_applicable": {"fish": 1}}, "/not_applicable", "not_a_list"),
    ):
        yield Case(f"a profile with {changes!r:.60}", "PATCH", ME, 422, "invalid", changes, (pointer, code))


def _signing_in() -> Iterator[Case]:
    for name, code, body in (
        ("deep lists", "json_too_deep", b"[" * 1000),
        ("a key twice", "duplicate_key", b'{"email": "a@example.org", "email": "b@example.org", "password": "x"}'),
        ("half a character in the address", "malformed_json", b'{"email": "\\ud800@example.org", "password": "x"}'),
        (
            "half a character in the password",
            "malformed_json",
            b'{"email": "a@example.org", "password": "\\udfff and more"}',
        ),
        ("NaN", "malformed_json", b'{"email": NaN}'),
        ("no JSON", "malformed_json", b"email=a@example.org"),
        ("not UTF-8", "malformed_json", b'{"email": "\xff"}'),
    ):
        for path in ("login", "signup", "password/request", "email/verify", "password/reset", "2fa/authenticate"):
            yield Case(f"{path}: {name}", "POST", f"{AUTH}/auth/{path}", 400, code, body, authorization="")
    bodies: dict[str, dict[str, Any]] = {
        "nothing": {},
        "an address without a domain": {**CREDENTIALS, "email": "rosa"},
        "NUL in the address": {**CREDENTIALS, "email": "rosa\0@example.org"},
        "a line break in the address": {**CREDENTIALS, "email": "rosa@example.org\r\nBcc: all@example.org"},
        "two addresses": {**CREDENTIALS, "email": "rosa@example.org, other@example.org"},
        "a long address": {**CREDENTIALS, "email": "r" * 300 + "@example.org"},
        "a name beside the address": {**CREDENTIALS, "email": "Rosa <rosa@example.org>"},
        "a list for the address": {**CREDENTIALS, "email": ["rosa@example.org", "x"]},
        "an object for the address": {**CREDENTIALS, "email": {"$ne": ""}},
        "null for the password": {**CREDENTIALS, "password": None},
        "an empty password": {**CREDENTIALS, "password": ""},
        "NUL in the password": {**CREDENTIALS, "password": "correct horse\0battery staple"},
    }
    for name, credentials in bodies.items():
        yield Case(f"signup: {name}", "POST", f"{AUTH}/auth/signup", 400, None, credentials, authorization="")
        if name != "a long address":
            yield Case(f"login: {name}", "POST", f"{AUTH}/auth/login", 400, None, credentials, authorization="")


# --- Kept as it is: text is text


TEXTS = {
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "a template": "{{ 7*7 }} {% debug %} ${7*7} #{7*7} <%= 7*7 %>",
    "SQL": "'); DROP TABLE tracker_exerciselog; --",
    "a formula": '=HYPERLINK("http://example.org","click")',
    "another formula": "@SUM(1+1)*cmd|' /C calc'!A0",
    "a number that begins a formula": "+1-1",
    "bidi overrides": "abc\u202edef\u202c \u2066x\u2069",
    "zero width": "a\u200bb\u200dc\ufeff",
    "composed": "\u00e9",
    "decomposed": "e\u0301",
    "emoji": "👩🏽‍🔬 and 🏳️‍🌈",
    "beyond the first plane": "\U0001f9e0\U000e0041\U0010ffff",
    "marks upon marks": "Z" + "\u0300" * 500,
    "non-characters": "\ufffe\uffff",
    "line breaks": "one\r\ntwo\nthree\u2028four",
    "control characters": "\x01\x1b[31mred\x07\x7f",
    "a header": "x\r\nSet-Cookie: a=b",
    "paths": "../../etc/passwd C:\\Windows file:///etc/passwd",
    "a log line": '"} {"event": "forged"}',
    "backslashes": '\\" \\u0041 \\',
    "white space": "  two before, two after  ",
    "all of it": "x" * 2000,
}
NAMES = {name: TEXTS[name] for name in ("HTML", "a template", "SQL", "a formula", "another formula", "emoji")}
