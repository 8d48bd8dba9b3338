"""Entity tags: `If-Match` for the version that an app last saw, `If-None-Match` for what it has already."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from backend.api.problems import FieldError, Invalid

_VERSION_TAG = re.compile(r'^(?:W/)?"(\d{1,16})"$')


def version_tag(version: int) -> str:
    return f'"{version}"'


def base_version(request: Request) -> int | None:
    """The version in `If-Match`; None without the header. Raises `Invalid` for a tag that no record can have."""
    header = request.headers.get("If-Match")
    if header is None:
        return None
    match = _VERSION_TAG.match(header.strip())
    if match is None:
        raise Invalid(errors=[FieldError("", "malformed_if_match", 'Expected one version, such as "3".')])
    return int(match.group(1))


def content_tag(*parts: Any) -> str:
    """A weak tag of everything that a derived document depends on."""
    return 'W/"' + blake2b(repr(parts).encode(), digest_size=12).hexdigest() + '"'


def not_modified(request: Request, tag: str) -> bool:
    """Does the app already have this (RFC 9110, weak comparison)?"""
    header = request.headers.get("If-None-Match", "")
    if header.strip() == "*":
        return True
    return tag.removeprefix("W/") in [given.strip().removeprefix("W/") for given in header.split(",")]


def unless_known(request: Request, tag: str, build: Callable[[], Any], *, cache: str | None = None) -> Response:
    """The document, made only if the app doesn't have it already; `cache` is its Cache-Control."""
    headers = {"ETag": tag, **({"Cache-Control": cache} if cache else {})}
    if not_modified(request, tag):
        return Response(status=304, headers=headers)
    return Response(build(), headers=headers)
