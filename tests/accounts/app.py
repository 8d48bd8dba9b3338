"""An app at the sign-in endpoints: it has its token and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

PASSWORD = "correct horse battery staple"
APP = "/auth/app/v1"


@dataclass
class App:
    """Sends its token with every request, and takes over each new one that an answer has."""

    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, data: dict[str, Any] | None = None, **headers: str) -> Any:
        given = {**self.headers, **headers, **({"X-Session-Token": self.token} if self.token else {})}
        body = {} if data is None else {"data": data, "content_type": "application/json"}
        answer = getattr(Client(), method)(f"{APP}/{path}", headers=given, **body)
        if answer.get("Content-Type", "").startswith("application/json"):
            self.token = answer.json().get("meta", {}).get("session_token", self.token)
        return answer

    def get(self, path: str, **headers: str) -> Any:
        return self.call("get", path, None, **headers)

    def post(self, path: str, data: dict[str, Any] | None = None) -> Any:
        return self.call("post", path, data or {})

    def put(self, path: str, data: dict[str, Any]) -> Any:
        return self.call("put", path, data)

    def delete(self, path: str, data: dict[str, Any] | None = None) -> Any:
        return self.call("delete", path, data)

    def api(self, method: str, path: str, data: dict[str, Any] | None = None) -> Any:
        return api(self.token, method, path, data)

    def sign_up(self, mailoutbox: list[Any], email: str = "rosa@example.org", password: str = PASSWORD) -> None:
        assert self.post("auth/signup", {"email": email, "password": password}).status_code == 401
        answer = self.post("auth/email/verify", {"key": mailed_code(mailoutbox)})
        assert answer.status_code == 200, answer.content

    def sign_in(self, email: str = "rosa@example.org", password: str = PASSWORD) -> Any:
        return self.post("auth/login", {"email": email, "password": password})

    def reauthenticate(self) -> None:
        """As apps do before a sensitive change."""
        assert self.post("auth/reauthenticate", {"password": PASSWORD}).status_code == 200

    def is_signed_in(self) -> bool:
        """As the API and the sign-in endpoints say, who must agree."""
        under_v1 = self.api("get", "/v1/me").status_code
        under_auth = Client().get(f"{APP}/auth/session", headers={"X-Session-Token": self.token}).status_code
        assert (under_v1, under_auth) in ((200, 200), (401, 410)), (under_v1, under_auth)
        return bool(under_v1 == 200)


def api(token: str, method: str, path: str, data: dict[str, Any] | None = None) -> Any:
    body = {} if data is None else {"data": data, "content_type": "application/json"}
    return getattr(Client(), method)(path, headers={"Authorization": f"Bearer {token}"}, **body)


def mailed_code(mailoutbox: list[Any]) -> str:
    code = re.search(r"^\s*([A-Z0-9]+-?[A-Z0-9]+)\s*$", mailoutbox[-1].body, re.MULTILINE)
    assert code is not None, mailoutbox[-1].body
    return code.group(1)
