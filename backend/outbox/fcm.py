"""Firebase Cloud Messaging, HTTP v1: https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages

An access token comes from the account's own token address, for a statement signed with its key (RFC 7523). What an answer
means for a push is decided here; what follows from it, in `pushing.py`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from time import time
from types import TracebackType
from typing import Any

import jwt
import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError

from backend.outbox.transports import Unreachable

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
HOUR = 3600
EARLY = 60  # seconds: an access token this close to its end is renewed first
LONGEST_PAUSE = timedelta(hours=6)


class Verdict(Enum):
    ACCEPTED = auto()
    REFUSED = auto()
    """This push, for good."""
    GONE = auto()
    """There is no such device any more."""
    LATER = auto()
    """Not now: nothing was accepted."""
    NOT_US = auto()
    """It is about who we are, or about the way there, and no push's fault: nothing was accepted."""
    UNKNOWN = auto()
    """Nobody can say whether it was accepted."""


@dataclass(frozen=True, slots=True)
class Answer:
    verdict: Verdict
    reply: str
    retry_after: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """What of a Google service account's key file is needed."""

    project: str
    email: str
    key_id: str
    private_key: str
    token_url: str

    @classmethod
    def read(cls, document: dict[str, Any]) -> ServiceAccount:
        names = ("project_id", "client_email", "private_key_id", "private_key", "token_uri")
        return cls(*(str(document[name]) for name in names))


class FCM:
    """Connections kept for several pushes, and the access token that they are sent under."""

    def __init__(self, account: ServiceAccount, *, base_url: str, timeout: float) -> None:
        self.account = account
        self.url = f"{base_url}/v1/projects/{account.project}/messages:send"
        # Nothing is tried again down there: whether it may be is what the outbox knows.
        self.pool = urllib3.PoolManager(retries=False, timeout=timeout)
        self.access_token = ""
        self.renew_at = 0.0

    def __enter__(self) -> FCM:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.pool.clear()

    def prepare(self) -> None:
        """Have an access token. Raises Unreachable if there is none to be had."""
        if time() < self.renew_at:
            return
        try:
            answer = self.pool.request("POST", self.account.token_url, fields=self._request(), encode_multipart=False)
            document = json.loads(answer.data) if answer.status == 200 else {}
            self.access_token = document["access_token"]
            self.renew_at = time() + float(document["expires_in"]) - EARLY
        except (HTTPError, ValueError, KeyError, TypeError, jwt.PyJWTError) as error:
            self.renew_at = 0.0
            raise Unreachable(f"No access token: {_reason(error)}"[:500]) from error

    def _request(self) -> dict[str, str]:
        now = int(time())
        account = self.account
        claims = {"iss": account.email, "scope": SCOPE, "aud": account.token_url, "iat": now, "exp": now + HOUR}
        assertion = jwt.encode(claims, account.private_key, algorithm="RS256", headers={"kid": account.key_id})
        return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}

    def hand_over(self, message: dict[str, Any]) -> Answer:
        """Send it, after `prepare()`. An access token that is refused is renewed once: a 401 has accepted nothing."""
        answer = self._send(message)
        if answer.verdict is Verdict.NOT_US and answer.reply.startswith("401"):
            self.renew_at = 0.0
            try:
                self.prepare()
            except Unreachable as error:
                return Answer(Verdict.NOT_US, str(error))
            answer = self._send(message)
        return answer

    def _send(self, message: dict[str, Any]) -> Answer:
        headers = {"Authorization": f"Bearer {self.access_token}", "Content-Type": "application/json"}
        body = json.dumps({"message": message}).encode()
        try:
            response = self.pool.request("POST", self.url, body=body, headers=headers)
        except (NewConnectionError, ConnectTimeoutError, SSLError) as error:
            return Answer(Verdict.NOT_US, _reason(error))
        except HTTPError as error:  # a time-out, or a connection that broke after the request had gone out
            return Answer(Verdict.UNKNOWN, _reason(error))
        return judged(response.status, response.data, response.headers.get("Retry-After"))


def judged(status: int, body: bytes, retry_after: str | None) -> Answer:
    """What this answer means: https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode"""
    reply, code = _words(status, body)
    if status == 200:
        return Answer(Verdict.ACCEPTED, reply)
    if status in (429, 503):
        return Answer(Verdict.LATER, reply, _pause(retry_after))
    if status == 404 and code == "UNREGISTERED":
        return Answer(Verdict.GONE, reply)
    if status == 400 or code == "SENDER_ID_MISMATCH":
        return Answer(Verdict.REFUSED, reply)
    if 400 <= status < 500:
        return Answer(Verdict.NOT_US, reply)
    return Answer(Verdict.UNKNOWN, reply)


def _words(status: int, body: bytes) -> tuple[str, str]:
    """What the server said in a line, and its own error code. An answer that is no JSON is quoted as it is."""
    text = body[:300].decode("utf-8", "replace")
    code = ""
    try:
        document = json.loads(body)
        if status == 200:
            text = str(document["name"])
        else:
            error = document["error"]
            details = error.get("details", [])
            code = next((str(detail["errorCode"]) for detail in details if "errorCode" in detail), "")
            text = f"{code or error['status']}: {error['message']}"
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    return f"{status} {text}"[:500], code


def _pause(retry_after: str | None) -> timedelta:
    """Seconds, as FCM says it; a date, or nothing, is left to the usual pauses."""
    seconds = int(retry_after) if retry_after and retry_after.isdigit() and len(retry_after) < 9 else 0
    return min(timedelta(seconds=seconds), LONGEST_PAUSE)


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]
