"""Handing a message to a provider's HTTP API: django-anymail writes the request and reads a yes; what any other answer means
for the mail is judged here.

The request is made before the sender commits that it is about to go, and sent after. It is sent once, follows no redirect, and
is never repeated by the library.
"""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import requests
from anymail.exceptions import AnymailError, AnymailInvalidAddress, AnymailNotSupportedWarning
from anymail.message import AnymailStatus
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail import get_connection as mail_backend
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProxyError

from backend.outbox.smtp import ascii_domain
from backend.outbox.transports import Refused, Reply, Transport, Undeliverable, Unknown, Unreachable

# Who we are, what we may, how much we send: no mail's fault, and nothing was accepted.
ABOUT_US = frozenset({401, 402, 403, 404, 407, 429})
# Perhaps the request was whole and only late.
UNCLEAR = frozenset({408})
# Where a provider says that it took nothing.
NOT_TAKEN = {"postmark": frozenset({503})}
# Postmark answers 422 also for what concerns the account: token, sender, credits, approval.
POSTMARK_ABOUT_US = frozenset({10, 400, 401, 402, 405, 412, 413})
ACCEPTED = frozenset({"sent", "queued", "delivered"})
DECLINED = frozenset({"invalid", "rejected", "failed"})


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """A request that could go at once, and what anymail needs to read its answer."""

    request: requests.PreparedRequest
    message: EmailMultiAlternatives
    payload: Any


class HTTPTransport(Transport):
    """The API of `settings.EMAIL_PROVIDER`, with anymail's settings. Connections are kept for several messages."""

    def __init__(self) -> None:
        self._backend: Any = None

    def close(self) -> None:
        if self._backend is not None:
            self._backend.close()
            self._backend = None

    def begin(self, sender: str, recipient: str) -> None:
        """Nothing is asked yet. Raises Undeliverable for an address that providers' APIs don't take."""
        if not ascii_domain(recipient).isascii():
            raise Undeliverable("The provider takes no address with letters beyond ASCII before the @.")

    def prepare(self, message: EmailMultiAlternatives) -> PreparedRequest:
        """Raises Undeliverable for an address that can't be written, Unreachable for an API address that is none."""
        backend = self._opened()
        extras: Any = message
        extras.anymail_status = AnymailStatus()
        extras.metadata = {"mail": message.extra_headers["Message-ID"]}
        extras.track_opens = extras.track_clicks = False  # what people read is theirs
        try:
            payload = backend.build_message_payload(message, backend.send_defaults)
            parameters = payload.get_request_params(backend.api_url)
        except AnymailInvalidAddress as error:
            raise Undeliverable(str(error)) from error
        try:
            request = backend.session.prepare_request(requests.Request(**parameters))
            backend.session.get_adapter(str(request.url))
        except requests.RequestException as error:
            raise Unreachable(_reason(error)) from error
        return PreparedRequest(request, message, payload)

    def hand_over(self, prepared: PreparedRequest) -> Reply:
        session, url = self._opened().session, prepared.request.url
        environment = session.merge_environment_settings(url, {}, None, None, None)
        try:
            response = session.send(
                prepared.request, timeout=settings.EMAIL_TIMEOUT, allow_redirects=False, **environment
            )
        except (requests.RequestException, OSError) as error:
            self.close()
            if _never_arrived(error):
                raise Unreachable(_reason(error)) from error
            raise Unknown(_reason(error)) from error
        return self._judged(response, prepared)

    def _judged(self, response: requests.Response, prepared: PreparedRequest) -> Reply:
        code, words = response.status_code, f"{response.status_code} {response.text}"[:500]
        if 200 <= code < 300:
            return self._read(response, prepared, words)
        if code in ABOUT_US or code in NOT_TAKEN.get(settings.EMAIL_PROVIDER, ()) or _about_the_account(response):
            raise Unreachable(words)
        if 400 <= code < 500 and code not in UNCLEAR:
            raise Refused(words, temporary=False)
        raise Unknown(words)

    def _read(self, response: requests.Response, prepared: PreparedRequest, words: str) -> Reply:
        """What a 2xx says of the one recipient. A no is a no; but what makes no sense may have been a yes."""
        backend = self._opened()
        try:
            backend.raise_for_status(response, prepared.payload, prepared.message)
            (status,) = backend.parse_recipient_status(response, prepared.payload, prepared.message).values()
        except (AnymailError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise Unknown(f"{type(error).__name__}: {words}"[:500]) from error
        if status.status in DECLINED:
            raise Refused(words, temporary=False)
        if status.status not in ACCEPTED:
            raise Unknown(words)
        return Reply(words, status.message_id or "")

    def _opened(self) -> Any:
        if self._backend is None:
            with warnings.catch_warnings():  # anymail still speaks to SendGrid, and says that nobody there tests it
                warnings.simplefilter("ignore", AnymailNotSupportedWarning)
                self._backend = mail_backend(settings.PROVIDER_BACKENDS[settings.EMAIL_PROVIDER])
            self._backend.open()
        return self._backend


def _about_the_account(response: requests.Response) -> bool:
    if settings.EMAIL_PROVIDER != "postmark" or response.status_code != 422:
        return False
    try:
        return response.json().get("ErrorCode") in POSTMARK_ABOUT_US
    except (ValueError, AttributeError):
        return False


def _never_arrived(error: Exception) -> bool:
    """Whether the connection failed before a byte of the request could go: no name, no server, no trust."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    before = (NewConnectionError, ProxyError, ssl.SSLCertVerificationError)
    return any(isinstance(cause, before) for cause in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and what it was raised for: requests and urllib3 keep that in several places."""
    waiting, seen = [error], set[int]()
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        more = [each.__cause__, *each.args, each.reason if isinstance(each, MaxRetryError) else None]
        waiting += [cause for cause in more if isinstance(cause, BaseException)]


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]
