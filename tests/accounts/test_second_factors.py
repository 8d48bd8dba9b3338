"""Second factors of participants, through the app's endpoints: authenticator apps, recovery codes, passkeys."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
import redis
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.core.management import call_command

from backend.accounts.second_factors import ENCRYPTED, MFAAdapter
from tests.accounts.app import App
from tests.accounts.passkey import Passkey
from tests.accounts.totp import code_for, secret_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def secret(app: App) -> str:
    """Of Rosa's authenticator app, which she has just set up."""
    app.reauthenticate()
    secret = secret_of(app)
    assert app.post("account/authenticators/totp", {"code": code_for(secret)}).status_code == 200
    return secret


def flow(answer: Any, name: str) -> dict[str, Any]:
    return next(flow for flow in answer.json()["data"]["flows"] if flow["id"] == name)


def test_the_password_alone_no_longer_signs_in(app: App, secret: str) -> None:
    tablet = App()
    answer = tablet.sign_in()
    assert answer.status_code == 401
    assert flow(answer, "mfa_authenticate") == {
        "id": "mfa_authenticate",
        "is_pending": True,
        "types": ["recovery_codes", "totp"],
    }
    assert tablet.api("get", "/v1/me").status_code == 401
    for wrong in ("000000", code_for(secret, steps=3), code_for(secret, steps=-3)):
        assert tablet.post("auth/2fa/authenticate", {"code": wrong}).status_code == 400
        assert tablet.api("get", "/v1/me").status_code == 401
    assert tablet.post("auth/2fa/authenticate", {"code": code_for(secret)}).status_code == 200
    assert tablet.is_signed_in()


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_may_be_half_a_minute_off_and_each_code_counts_once(
    app: App, secret: str, steps: int, settings: Any
) -> None:
    code = code_for(secret, steps=steps)
    for status in (200, 400):
        tablet = App()
        tablet.sign_in()
        assert tablet.post("auth/2fa/authenticate", {"code": code}).status_code == status
    server = redis.Redis.from_url(settings.REDIS_URL)
    (key,) = server.keys("*mfa.totp.used*")
    # For as long as it would be accepted, three steps of 30 seconds.
    assert 60_000 < int(server.pttl(key)) <= 90_000


def test_each_recovery_code_signs_in_once(app: App, secret: str) -> None:
    codes = app.get("account/authenticators/recovery-codes").json()["data"]["unused_codes"]
    assert len(codes) == 10
    for status in (200, 400):
        tablet = App()
        tablet.sign_in()
        assert tablet.post("auth/2fa/authenticate", {"code": codes[0]}).status_code == status
    assert app.get("account/authenticators/recovery-codes").json()["data"]["unused_codes"] == codes[1:]


def test_without_it_the_password_is_enough_again(app: App, secret: str) -> None:
    assert app.delete("account/authenticators/totp").status_code == 200
    assert App().sign_in().status_code == 200
    assert app.get("account/authenticators").json()["data"] == []


def test_changing_a_second_factor_needs_the_password_again(app: App) -> None:
    secret = secret_of(app)
    answer = app.post("account/authenticators/totp", {"code": code_for(secret)})
    assert (answer.status_code, flow(answer, "reauthenticate")) == (401, {"id": "reauthenticate"})
    assert not Authenticator.objects.exists()


def add_passkey(app: App, *, passwordless: bool = True) -> Passkey:
    app.reauthenticate()
    query = "?passwordless" if passwordless else ""
    options = app.get(f"account/authenticators/webauthn{query}").json()["data"]["creation_options"]
    passkey = Passkey(resident=passwordless)
    body = {"name": "Finger", "credential": passkey.create(options), "passwordless": passwordless}
    answer = app.post("account/authenticators/webauthn", body)
    assert answer.status_code == 200, answer.content
    assert answer.json()["data"]["is_passwordless"] is passwordless
    return passkey


def sign_in_by(passkey: Passkey, app: App) -> Any:
    options = app.get("auth/webauthn/login").json()["data"]["request_options"]
    return app.post("auth/webauthn/login", {"credential": passkey.get(options)})


def test_a_passkey_signs_in_without_a_password(app: App) -> None:
    passkey = add_passkey(app)
    assert app.is_signed_in()
    tablet = App()
    answer = sign_in_by(passkey, tablet)
    assert answer.status_code == 200, answer.content
    assert answer.json()["data"]["user"]["email"] == "rosa@example.org"
    assert tablet.is_signed_in()


@pytest.mark.parametrize(
    "forged",
    [
        {"origin": "https://evil.example"},
        {"host": "evil.example"},
        {"key": Passkey().key},
        {"credential_id": b"somebody else's "},
        {"user_handle": "AAAA"},
    ],
)
def test_a_forged_passkey_signs_nobody_in(app: App, forged: dict[str, Any]) -> None:
    passkey = add_passkey(app)
    for name, value in forged.items():
        setattr(passkey, name, value)
    tablet = App()
    answer = sign_in_by(passkey, tablet)
    assert answer.status_code == 400, answer.content
    assert tablet.api("get", "/v1/me").status_code == 401


def test_a_signed_challenge_counts_once(app: App) -> None:
    passkey = add_passkey(app)
    tablet = App()
    options = tablet.get("auth/webauthn/login").json()["data"]["request_options"]
    credential = passkey.get(options)
    assert tablet.post("auth/webauthn/login", {"credential": credential}).status_code == 200
    other = App()
    other.get("auth/webauthn/login")
    assert other.post("auth/webauthn/login", {"credential": credential}).status_code == 400


def test_a_security_key_is_a_second_factor_beside_the_password(app: App) -> None:
    key = add_passkey(app, passwordless=False)
    tablet = App()
    answer = tablet.sign_in()
    assert flow(answer, "mfa_authenticate")["types"] == ["recovery_codes", "webauthn"]
    options = tablet.get("auth/webauthn/authenticate").json()["data"]["request_options"]
    assert tablet.post("auth/webauthn/authenticate", {"credential": key.get(options)}).status_code == 200
    assert tablet.is_signed_in()


def stored_secrets() -> list[str]:
    rows = Authenticator.objects.order_by("type")
    return [value for row in rows for name, value in row.data.items() if name in ("secret", "seed")]


def test_secrets_are_encrypted_where_they_are_kept(app: App, secret: str) -> None:
    seed, stored = stored_secrets()
    assert stored.startswith(ENCRYPTED)
    assert seed.startswith(ENCRYPTED)
    assert secret not in stored
    assert MFAAdapter().decrypt(stored) == secret
    assert MFAAdapter().encrypt(secret) != stored


def test_a_new_secret_key_is_taken_over_while_the_old_one_is_still_known(app: App, secret: str, settings: Any) -> None:
    old, settings.SECRET_KEY = settings.SECRET_KEY, "n" * 50
    with pytest.raises(InvalidToken):
        MFAAdapter().decrypt(stored_secrets()[1])
    settings.SECRET_KEY_FALLBACKS = [old]
    Authenticator.objects.create(user_id=Authenticator.objects.first().user_id, type="webauthn", data={"name": "Key"})
    unencrypted = Authenticator.objects.get(type="recovery_codes")
    unencrypted.data["seed"] = MFAAdapter().decrypt(unencrypted.data["seed"])
    unencrypted.data["used_mask"] = 5
    unencrypted.save()
    output = StringIO()
    call_command("encrypt_second_factors", stdout=output)
    assert output.getvalue() == "2 second factors are under the newest key.\n"
    settings.SECRET_KEY_FALLBACKS = []
    assert MFAAdapter().decrypt(stored_secrets()[1]) == secret
    assert stored_secrets()[0].startswith(ENCRYPTED)
    assert Authenticator.objects.get(type="recovery_codes").data["used_mask"] == 5
    tablet = App()
    tablet.sign_in()
    assert tablet.post("auth/2fa/authenticate", {"code": code_for(secret)}).status_code == 200
