"""How much a request may bring: the first thing that reads a body, and the only one that reads it from the network.

Whatever comes after finds at most `settings.MAX_BODY_BYTES` (or what `settings.BODY_LIMITS` says for an address) of memory,
whether the body said its length, came in chunks, or was compressed.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from io import BytesIO
from typing import IO

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from backend.api.bodies import read_json
from backend.api.problems import Problem, plain_response

MAX_ADDRESS = 8192  # characters of path and query
CHUNK = 64 * 1024
GZIP = 16 + zlib.MAX_WBITS


class BodyTooLarge(Problem):
    status, code = 413, "body_too_large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body has more than {limit} bytes, as it is sent or expanded.", limit=limit)


class AddressTooLong(Problem):
    status, code, detail = 414, "uri_too_long", f"The address has more than {MAX_ADDRESS} characters."


class IncompleteBody(Problem):
    status, code, detail = 400, "incomplete_body", "The body is shorter than it said, or can't be expanded."


class UnsupportedEncoding(Problem):
    status, code, detail = 415, "unsupported_encoding", "A body may come as it is, or compressed with gzip."

    def __init__(self) -> None:
        super().__init__(headers={"Accept-Encoding": "gzip"})


class BoundsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            if len(request.META.get("QUERY_STRING", "")) + len(request.path_info) > MAX_ADDRESS:
                raise AddressTooLong()
            body = _body(request)
            if body and request.path_info.startswith("/auth/"):
                read_json(body)  # allauth's own parser knows neither depth nor halves of characters
        except Problem as problem:
            return plain_response(problem)
        return self.get_response(request)


def body_limit(path: str) -> int:
    """Bytes that a body for this address may have, sent and expanded."""
    return next((limit for prefix, limit in settings.BODY_LIMITS if path.startswith(prefix)), settings.MAX_BODY_BYTES)


def _body(request: HttpRequest) -> bytes:
    """The body, read and expanded; everybody after us finds it in the request. Raises the problems above."""
    limit = body_limit(request.path_info)
    body = _received(request, limit)
    encoding = request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if body and encoding not in ("", "identity"):
        if encoding not in ("gzip", "x-gzip"):
            raise UnsupportedEncoding()
        body = _expanded(body, limit)
        del request.META["HTTP_CONTENT_ENCODING"]
        request.META["CONTENT_LENGTH"] = str(len(body))
    request._body = body
    request._stream = BytesIO(body)
    return body


def _received(request: HttpRequest, limit: int) -> bytes:
    stream: IO[bytes] = request.META["wsgi.input"]
    declared = request.META.get("CONTENT_LENGTH") or ""
    in_frames = request.META.get("SERVER_PROTOCOL", "").startswith("HTTP/2")
    if "HTTP_TRANSFER_ENCODING" in request.META or (in_frames and not declared):
        body = _read(stream, limit + 1)
        if len(body) > limit:
            raise BodyTooLarge(limit)
        request.META["CONTENT_LENGTH"] = str(len(body))
        return body
    if not declared:
        return b""
    if not declared.isascii() or not declared.isdigit():
        raise IncompleteBody()
    length = int(declared[:20])
    if length > limit:
        raise BodyTooLarge(limit)
    body = _read(stream, length)
    if len(body) < length:
        raise IncompleteBody()
    return body


def _read(stream: IO[bytes], most: int) -> bytes:
    parts = []
    while most > 0 and (part := stream.read(min(most, CHUNK))):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def _expanded(body: bytes, limit: int) -> bytes:
    """What gzip makes of it, and never a byte more than the limit and one."""
    decoder = zlib.decompressobj(GZIP)
    try:
        expanded = decoder.decompress(body, limit + 1)
    except zlib.error as error:
        raise IncompleteBody() from error
    if len(expanded) > limit:
        raise BodyTooLarge(limit)
    if not decoder.eof or decoder.unused_data:
        raise IncompleteBody()
    return expanded
