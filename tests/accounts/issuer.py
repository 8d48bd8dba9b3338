"""An issuer of identity tokens on 127.0.0.1: real keys over real HTTP, rotated or away at will."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from time import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class Issuer:
    def __init__(self, address: str) -> None:
        self.address = address
        self.keys: dict[str, Key] = {}
        self.fetches = 0
        self.away = False

    def new_key(self, key_id: str, *, elliptic: bool = False) -> None:
        """The one and only from now on."""
        key = ec.generate_private_key(ec.SECP256R1()) if elliptic else rsa.generate_private_key(65537, 2048)
        self.keys = {key_id: key}

    def document(self) -> dict[str, Any]:
        return {"keys": [{**public_jwk(key), "kid": key_id, "use": "sig"} for key_id, key in self.keys.items()]}

    def claims(self, claims: dict[str, Any] | None = None, /, *, audience: str, nonce: str) -> dict[str, Any]:
        now = int(time())
        standard = {"iss": self.address, "aud": audience, "sub": "001234.abc", "iat": now, "exp": now + 600}
        person = {"email": "rosa@example.org", "email_verified": True}
        given = {**standard, **person, "nonce": sha256(nonce.encode()).hexdigest(), **(claims or {})}
        return {name: value for name, value in given.items() if value is not None}

    def sign(self, claims: dict[str, Any], *, key: Any = None, key_id: str | None = None, algorithm: str = "") -> str:
        ours, private = next(iter(self.keys.items()))
        usual = "ES256" if isinstance(private, ec.EllipticCurvePrivateKey) else "RS256"
        key_id = ours if key_id is None else key_id
        return jwt.encode(claims, private if key is None else key, algorithm or usual, headers={"kid": key_id})


def public_jwk(key: Key) -> dict[str, Any]:
    if isinstance(key, rsa.RSAPrivateKey):
        return RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return ECAlgorithm.to_jwk(key.public_key(), as_dict=True)


@contextmanager
def running_issuer() -> Iterator[Issuer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.fetches += 1
            body = json.dumps(issuer.document()).encode()
            self.send_response(503 if issuer.away else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Nothing to the terminal."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    issuer = Issuer(f"http://127.0.0.1:{server.server_port}")
    issuer.new_key("first")
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
