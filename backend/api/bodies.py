"""JSON bodies, read strictly: one value, no key twice, nested no deeper than anything of ours is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import accumulate
from typing import IO, Any

import msgspec
from rest_framework.parsers import BaseParser

from backend.api.problems import Problem

MAX_DEPTH = 20

# Always matches to the end of a string, or of the body if the string has none: linear however the body is made.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEP = {ord("["): 1, ord("]"): -1}


class MalformedJSON(Problem):
    status, code, detail = 400, "malformed_json", "The body is not JSON."


class JSONTooDeep(Problem):
    status, code, detail = 400, "json_too_deep", f"The body is nested more than {MAX_DEPTH} levels deep."

    def __init__(self) -> None:
        super().__init__(limit=MAX_DEPTH)


class DuplicateKey(Problem):
    status, code = 400, "duplicate_key"
    detail = "An object of the body has a key twice: which of the values is meant can't be known."


def read_json(body: bytes) -> Any:
    """The value of a JSON document. Raises MalformedJSON, JSONTooDeep or DuplicateKey.

    Nothing is decoded before its depth is known. Refused are also what JSON itself lacks (NaN, byte order marks, other
    encodings than UTF-8, halves of surrogate pairs), and numbers that no machine has room for.
    """
    skeleton = _without_strings(body)  # none may be taken for brackets or colons
    brackets = skeleton.translate(_BRACKETS, _NOT_BRACKETS)
    if max(accumulate(map(_STEP.__getitem__, brackets)), default=0) > MAX_DEPTH:
        raise JSONTooDeep()
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedJSON(f"The body is not JSON: {_reason(error)}.") from error
    if skeleton.count(b":") != _count_keys(value):
        raise DuplicateKey()
    return value


def _without_strings(body: bytes) -> bytes:
    """Without escapes, as nearly always, every second piece between quotes is a string."""
    return _STRING.sub(b"", body) if b"\\" in body else b"".join(body.split(b'"')[::2])


def _reason(error: Exception) -> str:
    """What is wrong and where, without a byte of the body."""
    return "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error).rstrip(".")


def _count_keys(value: Any) -> int:
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    count = len(value) if isinstance(value, dict) else 0
    for child in children:
        if child.__class__ in (dict, list):
            count += _count_keys(child)
    return count


class JSONParser(BaseParser):
    """How long a body may be, the bounds in front of everything have seen to."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return read_json(stream.read())
