"""A push service that really listens: answers as Firebase Cloud Messaging does, and as it is told to."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PRIVATE_KEY = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
EMAIL = "engram@study.iam.gserviceaccount.com"
HANG, HANG_UP = "hang", "hang up"
FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"

Scripted = tuple[int, dict[str, Any], dict[str, str]] | str


def error(status: int, name: str, message: str, code: str = "", **headers: str) -> Scripted:
    """As FCM says it, with its own error code among the details."""
    details = [{"@type": FCM_ERROR, "errorCode": code}] if code else []
    body = {"error": {"code": status, "message": message, "status": name, "details": details}}
    return status, body, headers


class PushService:
    """Each request takes one answer off `script`, then the usual one follows. `accepted` holds the messages it took."""

    def __init__(self) -> None:
        self.script: list[Scripted] = []
        self.tokens: list[Scripted] = []
        self.accepted: list[dict[str, Any]] = []
        self.requests = 0
        self.assertions: list[dict[str, Any]] = []
        self.valid = ""
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path == "/token":
                    self.answer(service.new_token(body))
                elif self.path == "/v1/projects/study/messages:send":
                    self.answer(service.take(self.headers["Authorization"], body))
                else:
                    self.answer((404, {}, {}))

            def answer(self, answer: Scripted) -> None:
                if isinstance(answer, str):
                    if answer == HANG:
                        time.sleep(1.5)
                    self.close_connection = True
                    self.connection.close()
                    return
                status, document, headers = answer
                content = json.dumps(document).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """A connection that the script closed."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    @property
    def account(self) -> dict[str, str]:
        return {
            "project_id": "study",
            "client_email": EMAIL,
            "private_key_id": "key-1",
            "private_key": PRIVATE_KEY,
            "token_uri": f"{self.address}/token",
        }

    def new_token(self, body: bytes) -> Scripted:
        """For a statement that our key has signed."""
        if self.tokens:
            return self.tokens.pop(0)
        fields = parse_qs(body.decode())
        assert fields["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
        (assertion,) = fields["assertion"]
        assert jwt.get_unverified_header(assertion) == {"alg": "RS256", "typ": "JWT", "kid": "key-1"}
        statement = jwt.decode(assertion, KEY.public_key(), algorithms=["RS256"], audience=f"{self.address}/token")
        self.assertions.append(statement)
        self.valid = f"access-{len(self.assertions)}"
        return 200, {"access_token": self.valid, "expires_in": 3599, "token_type": "Bearer"}, {}

    def take(self, authorization: str, body: bytes) -> Scripted:
        self.requests += 1
        if self.script:
            return self.script.pop(0)
        if authorization != f"Bearer {self.valid}":
            return error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        self.accepted.append(json.loads(body)["message"])
        return 200, {"name": f"projects/study/messages/{len(self.accepted)}"}, {}

    def __enter__(self) -> PushService:
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)
