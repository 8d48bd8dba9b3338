"""A phone: signs its participant in and talks to the API over HTTP, as a mobile app does."""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from config.demo.mailbox import messages_for

PASSWORD = "a long passphrase for the demo"  # noqa: S105  (of made-up participants)
CODE = re.compile(r"^\s*([A-Z0-9]{3,5}-?[A-Z0-9]{3,5})\s*$", re.MULTILINE)
MAIL_SECONDS = 20


class PhoneError(Exception):
    """The server gave an answer that the phone did not expect."""


class Phone:
    def __init__(self, server: str, email: str, mailbox: Path | None) -> None:
        self.server = server
        self.email = email
        self.mailbox = mailbox
        self.token: str | None = None

    def sign_in(self) -> None:
        """Sign in, or sign up and confirm the address with the code that arrives by mail."""
        credentials = {"email": self.email, "password": PASSWORD}
        status, answer = self._auth("POST", "login", credentials)
        if status == 400:
            before = self._mails()
            status, answer = self._auth("POST", "signup", credentials)
            if status == 401:
                self.token = answer["meta"]["session_token"]
                status, answer = self._auth("POST", "email/verify", {"key": self._code(before)})
        if status != 200:
            raise PhoneError(f"{self.email} can't sign in: {status} {answer}")
        self.token = answer["meta"].get("session_token", self.token)

    def get(self, path: str) -> Any:
        return self._api("GET", path, None, {})

    def patch(self, path: str, data: Any) -> Any:
        return self._api("PATCH", path, data, {})

    def post(self, path: str, data: Any) -> Any:
        return self._api("POST", path, data, {})

    def put(self, path: str, data: Any) -> Any:
        return self._api("PUT", path, data, {})

    def _api(self, method: str, path: str, data: Any, headers: dict[str, str]) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", **headers}
        status, answer = self._request(method, f"/v1/{path}", data, headers)
        if status >= 300:
            raise PhoneError(f"{method} {path}: {status} {answer}")
        return answer

    def _auth(self, method: str, path: str, data: Any) -> tuple[int, Any]:
        headers = {"X-Session-Token": self.token} if self.token else {}
        return self._request(method, f"/auth/app/v1/auth/{path}", data, headers)

    def _request(self, method: str, path: str, data: Any, headers: dict[str, str]) -> tuple[int, Any]:
        body = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(  # noqa: S310  (our own address)
            self.server + path,
            data=body,
            method=method,
            headers={"Content-Type": "application/json", "User-Agent": "Engram demo phone", **headers},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return answer.status, _decoded(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, _decoded(error.read())

    def _mails(self) -> int:
        if self.mailbox is None:
            raise PhoneError("EMAIL_URL names another server, so no code can be read.")
        return len(messages_for(self.mailbox, self.email))

    def _code(self, before: int) -> str:
        assert self.mailbox is not None  # _mails() has seen to it
        deadline = time.monotonic() + MAIL_SECONDS
        while time.monotonic() < deadline:
            for _, message in messages_for(self.mailbox, self.email)[before:]:
                body = message.get_body(("plain",))
                if body is not None and (code := CODE.search(body.get_content())):
                    return code.group(1)
            time.sleep(0.1)
        raise PhoneError(f"No code has arrived for {self.email}.")


def _decoded(body: bytes) -> Any:
    return json.loads(body) if body else None
