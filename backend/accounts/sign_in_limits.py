"""Limits in front of every address where somebody could guess: passwords, codes, second factors, and mails to strangers.

A middleware, so that a refused attempt never gets as far as a password hash: of any number at the same time, exactly as many
are looked at as the limit allows. django-allauth's own limits, which read first and write later, are switched off.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.utils import url_str_to_user_pk
from allauth.headless.tokens.strategies.base import AbstractTokenStrategy
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.module_loading import import_string

from backend.limits.charges import Charge, charge
from backend.limits.counting import Decision, count
from backend.limits.policies import PolicyName
from backend.limits.redis_counters import is_marked, mark
from backend.limits.subjects import account_subject, client_address, keyed_hash

KNOWN_SECONDS = 30 * 86400  # an account's owner is known at an address for so long after signing in there


@dataclass(frozen=True, slots=True)
class Guard:
    """What requests to some paths are counted against: `caller`, the network address they come from; `token`, the app's token
    or the browser's session, or who it stands for; and the account whose mail address stands in one of `fields`: `here` from
    this network address, tightly, and `account` from anywhere, widely."""

    paths: re.Pattern[str]
    caller: PolicyName
    token: tuple[PolicyName, ...] = ()
    fields: tuple[str, ...] = ()
    here: PolicyName | None = None
    account: PolicyName | None = None
    methods: frozenset[str] = frozenset({"POST", "PUT", "PATCH", "DELETE"})
    signs_in: bool = False


def _paths(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern})/?\Z")


EVERY_METHOD = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
APP, PAGE = "/auth/app/v1", "/account"

# The first that fits holds.
GUARDS = (
    Guard(
        _paths(rf"{APP}/auth/login|{PAGE}/login|/admin/login"),
        caller="sign_in_address",
        fields=("email", "login", "username"),
        here="sign_in",
        account="sign_in_account",
        signs_in=True,
    ),
    Guard(
        _paths(rf"{APP}/auth/signup|{PAGE}/signup"),
        caller="sign_up_address",
        fields=("email",),
        here="mail",
        account="mail_account",
    ),
    Guard(
        _paths(rf"{APP}/auth/(?:password/request|code/request)|{PAGE}/(?:password/reset|login/code)"),
        caller="mail_address",
        fields=("email",),
        here="mail",
        account="mail_account",
    ),
    # Adding an address mails it, whoever's it is.
    Guard(
        _paths(rf"{APP}/account/email|{PAGE}/email"),
        caller="mail_address",
        token=("mail_account",),
        fields=("email",),
        here="mail",
        account="mail_account",
    ),
    Guard(
        _paths(rf"{APP}/auth/(?:email/verify|code|phone/verify)/resend|{PAGE}/(?:email|phone)/verify/resend"),
        caller="mail_address",
        token=("mail_account",),
    ),
    # Asking whether a code is right is guessing too, so GET counts.
    Guard(
        _paths(
            rf"{APP}/auth/(?:email/verify|password/reset|code/confirm|phone/verify|reauthenticate|2fa/\w+)"
            rf"|{APP}/auth/webauthn/(?:authenticate|reauthenticate)"
        ),
        caller="secret_entry_address",
        token=("secret_entry", "secret_entry_account"),
        methods=EVERY_METHOD,
    ),
    Guard(
        _paths(
            rf"{APP}/account/(?:password/change|authenticators/\w+)"
            rf"|{PAGE}/(?:reauthenticate|password/(?:change|set|reset/.+)|confirm-email(?:/.+)?|login/code/confirm)"
            rf"|{PAGE}/second-factor/(?:webauthn/)?(?:authenticate|reauthenticate)"
        ),
        caller="secret_entry_address",
        token=("secret_entry", "secret_entry_account"),
    ),
    Guard(_paths(rf"{APP}/auth/(?:webauthn/\w+|provider/\w+)"), caller="sign_in_address", methods=EVERY_METHOD),
    Guard(_paths(rf"{PAGE}/second-factor/webauthn/login"), caller="sign_in_address"),
    Guard(re.compile(r"/auth/|/account/|/admin/"), caller="anonymous", methods=EVERY_METHOD),
)


class SignInLimitsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        guard = _guard(request)
        if guard is None:
            return self.get_response(request)
        decision = count(*_charges(guard, request))
        if not decision.allowed:
            return _refusal(request, decision)
        response = self.get_response(request)
        if guard.signs_in and _signed_in(request, response):
            for known in _known_here(guard, request):
                mark(known, seconds=KNOWN_SECONDS)
        return response


def _guard(request: HttpRequest) -> Guard | None:
    for guard in GUARDS:
        if guard.paths.match(request.path_info) and request.method in guard.methods:
            return guard
    return None


def _charges(guard: Guard, request: HttpRequest) -> list[Charge]:
    caller = client_address(request)
    charges = [charge(guard.caller, caller)]
    for account in _accounts(guard, request):
        if guard.here:
            charges.append(charge(guard.here, f"{account}:{caller}"))
        if guard.account and not is_marked(_known(account, caller)):
            charges.append(charge(guard.account, account))
    for name in guard.token:
        charges += [charge(name, subject) for subject in _token_subjects(name, request)]
    return charges


def _accounts(guard: Guard, request: HttpRequest) -> set[str]:
    """The accounts whose mail addresses stand in the body, in a form or in JSON."""
    if not guard.fields:
        return set()
    form = request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data")
    given: dict[str, Any] = request.POST.dict() if form else _json(request.body)
    texts = [given.get(field) for field in guard.fields]
    return {account_subject(text) for text in texts if isinstance(text, str)}


def _json(body: bytes) -> dict[str, Any]:
    """A body that is no JSON object names nobody; the endpoint will refuse it."""
    try:
        data = msgspec.json.decode(body or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _token_subjects(name: PolicyName, request: HttpRequest) -> Iterator[str]:
    """The app's token or the browser's session; for limits of an account, whoever it stands for or is about to."""
    token = request.headers.get("X-Session-Token", "")
    cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    by_app = request.path_info.startswith("/auth/")
    if not name.endswith("_account"):
        carried = token if by_app else cookie
        yield keyed_hash("token", carried) if carried else client_address(request)
    elif user := _user_of(_session(token) if by_app else request.session):
        yield f"user:{user}"


def _session(token: str) -> SessionBase | None:
    strategy: AbstractTokenStrategy = import_string(settings.HEADLESS_TOKEN_STRATEGY)()
    session: SessionBase | None = strategy.lookup_session(token) if token else None
    return session


def _user_of(session: SessionBase | None) -> str | None:
    """The user that a session is signed in as, or has given the password of."""
    if session is None:
        return None
    pending = (session.get(LOGIN_SESSION_KEY) or {}).get("user_pk")
    return str(session.get(SESSION_KEY) or (url_str_to_user_pk(pending) if pending else "")) or None


def _known(account: str, caller: str) -> str:
    return f"known:{account}:{caller}"


def _known_here(guard: Guard, request: HttpRequest) -> list[str]:
    caller = client_address(request)
    return [_known(account, caller) for account in _accounts(guard, request)]


def _signed_in(request: HttpRequest, response: HttpResponseBase) -> bool:
    """An app is told so by 200, or 401 with the next factor to give; a browser has a session of somebody afterwards."""
    if request.path_info.startswith("/auth/"):
        return response.status_code == 200
    return bool(request.session.get(SESSION_KEY))


def _refusal(request: HttpRequest, decision: Decision) -> HttpResponse:
    """In the form of the addresses that are guarded: allauth's JSON for apps, a page for browsers."""
    if request.path_info.startswith("/auth/"):
        response = HttpResponse(b'{"status": 429}', content_type="application/json", status=429)
    else:
        response = HttpResponse(render_to_string("429.html", {"seconds": decision.retry_after}), status=429)
    for name, value in decision.headers().items():
        response[name] = value
    return response
