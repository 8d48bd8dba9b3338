"""Sign in with Apple and Google from an app: what is accepted, and every way in which a token can be wrong."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from time import time
from typing import Any

import jwt
import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection
from django.test import Client
from django.utils import timezone

from backend.accounts.models import Device, UsedNonce, User
from backend.accounts.native_sign_in import issuer_keys
from backend.accounts.native_sign_in.nonces import new_nonce
from tests.accounts.app import App, mailed_code
from tests.accounts.issuer import Issuer, running_issuer

pytestmark = pytest.mark.django_db

IPHONE, TABLET = "org.example.engram", "org.example.engram.tablet"


@pytest.fixture
def issuer(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    """Stands for both, with two apps of ours."""
    with running_issuer() as issuer:
        found = {"names": [issuer.address], "keys_url": f"{issuer.address}/keys"}
        settings.IDENTITY_ISSUERS = {"apple": found, "google": found}
        apps = [{"client_id": name, "settings": {"hidden": name != IPHONE}} for name in (IPHONE, TABLET)]
        settings.SOCIALACCOUNT_PROVIDERS = {"apple": {"APPS": apps}, "google": {"APPS": apps}}
        monkeypatch.setattr(issuer_keys, "ASKED_AGAIN_AFTER_SECONDS", 0)
        yield issuer
        issuer_keys.keys_at.cache_clear()


def fresh_nonce() -> str:
    answer = Client().post("/v1/sign-in/nonce")
    assert (answer.status_code, answer["Cache-Control"]) == (201, "no-store")
    nonce: str = answer.json()["nonce"]
    return nonce


def send(
    app: App, id_token: Any, nonce: Any, *, provider: str = "apple", process: str = "login", client_id: str = IPHONE
) -> Any:
    token = {"client_id": client_id, "id_token": id_token, "nonce": nonce}
    return app.post("auth/provider/token", {"provider": provider, "process": process, "token": token})


def sign_in(issuer: Issuer, app: App, **claims: Any) -> Any:
    nonce = fresh_nonce()
    return send(app, issuer.sign(issuer.claims(claims, audience=IPHONE, nonce=nonce)), nonce)


def codes(answer: Any) -> list[tuple[str, str]]:
    return [(error.get("param", ""), error["code"]) for error in answer.json()["errors"]]


@pytest.mark.parametrize("provider", ["apple", "google"])
@pytest.mark.parametrize("elliptic", [False, True])
@pytest.mark.parametrize("hashed", [False, True])
@pytest.mark.parametrize("verified", [True, "true"])
def test_somebody_new_signs_up_and_comes_back(
    issuer: Issuer, provider: str, elliptic: bool, hashed: bool, verified: Any
) -> None:
    issuer.new_key("key", elliptic=elliptic)
    devices = []
    for client_id in (IPHONE, TABLET):
        nonce, app = fresh_nonce(), App()
        said = sha256(nonce.encode()).hexdigest() if hashed else nonce
        token = issuer.sign(
            issuer.claims(audience=client_id, nonce=nonce) | {"nonce": said, "email_verified": verified}
        )
        answer = send(app, token, nonce, provider=provider, client_id=client_id)
        assert answer.status_code == 200, answer.content
        assert app.is_signed_in()
        devices.append(app)
    assert User.objects.get().email == "rosa@example.org"
    assert EmailAddress.objects.get().verified
    assert Device.objects.count() == 2
    account = SocialAccount.objects.get()
    assert (account.provider, account.uid, account.extra_data) == (
        provider,
        "001234.abc",
        {"email": "rosa@example.org"},
    )
    assert len(devices[0].get("account/providers").json()["data"]) == 1
    assert issuer.fetches == 1


OTHER_KEY = rsa.generate_private_key(65537, 2048)


@pytest.mark.parametrize(
    ("name", "claims", "signing", "code"),
    [
        ("signed by somebody else", {}, {"key": OTHER_KEY}, "invalid_token"),
        ("an unknown key", {}, {"key": OTHER_KEY, "key_id": "made up"}, "invalid_token"),
        ("not signed", {}, {"key": "", "algorithm": "none"}, "invalid_token"),
        ("another app's", {"aud": "org.example.other"}, {}, "invalid_token"),
        ("ours among others", {"aud": [IPHONE, "org.example.other"]}, {}, "invalid_token"),
        ("the tablet's", {"aud": TABLET}, {}, "invalid_token"),
        ("another issuer's", {"iss": "https://issuer.example"}, {}, "invalid_token"),
        ("ended", {"exp": int(time()) - 60}, {}, "invalid_token"),
        ("not yet valid", {"nbf": int(time()) + 3600}, {}, "invalid_token"),
        ("made in the future", {"iat": int(time()) + 3600}, {}, "invalid_token"),
        ("for ever", {"exp": None}, {}, "invalid_token"),
        ("made at no time", {"iat": None}, {}, "invalid_token"),
        ("of nobody", {"sub": None}, {}, "invalid_token"),
        ("for nobody", {"aud": None}, {}, "invalid_token"),
        ("by nobody", {"iss": None}, {}, "invalid_token"),
        ("without nonce", {"nonce": None}, {}, "invalid_token"),
        ("with another nonce", {"nonce": "another"}, {}, "invalid_nonce"),
        ("with a number for a nonce", {"nonce": 7}, {}, "invalid_nonce"),
    ],
)
def test_a_token_that_is_not_right_signs_nobody_in(
    issuer: Issuer, name: str, claims: dict[str, Any], signing: dict[str, Any], code: str
) -> None:
    nonce, app = fresh_nonce(), App()
    token = issuer.sign(issuer.claims(claims, audience=IPHONE, nonce=nonce), **signing)
    assert_refused(send(app, token, nonce), app, code)
    # The nonce is still good for the right one.
    right = issuer.sign(issuer.claims(audience=IPHONE, nonce=nonce))
    assert send(app, right, nonce).status_code == 200


def assert_refused(answer: Any, app: App, code: str) -> None:
    assert (answer.status_code, codes(answer)) == (400, [("token", code)])
    assert not User.objects.exists()
    assert not UsedNonce.objects.exists()
    assert app.token == ""


def test_the_public_key_is_no_secret_to_sign_with(issuer: Issuer) -> None:
    nonce, app = fresh_nonce(), App()
    public = issuer.keys["first"].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = jwt.utils.base64url_encode(b'{"alg":"HS256","typ":"JWT","kid":"first"}')
    unsigned = issuer.sign(issuer.claims(audience=IPHONE, nonce=nonce)).split(".")[1].encode()
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(header + b"." + unsigned, public)
    forged = b".".join([header, unsigned, jwt.utils.base64url_encode(signature)]).decode()
    assert_refused(send(app, forged, nonce), app, "invalid_token")


@pytest.mark.parametrize("id_token", ["", "a.b.c", "not a token", "e30.e30.", "x" * 10_000, "\x00.\x00.\x00"])
def test_what_is_no_token_is_refused(issuer: Issuer, id_token: str) -> None:
    app = App()
    answer = send(app, id_token, fresh_nonce())
    assert answer.status_code == 400
    assert issuer.fetches == 0
    assert not User.objects.exists()


@pytest.mark.parametrize("nonce", ["", "made up", None, 7, new_nonce(now=timezone.now() - timedelta(minutes=11))])
def test_a_nonce_that_we_did_not_just_give_is_refused(issuer: Issuer, nonce: Any) -> None:
    app = App()
    token = issuer.sign(issuer.claims(audience=IPHONE, nonce=str(nonce)))
    answer = send(app, token, nonce)
    assert answer.status_code == 400
    assert not User.objects.exists()


def test_a_token_signs_in_once(issuer: Issuer) -> None:
    nonce = fresh_nonce()
    token = issuer.sign(issuer.claims(audience=IPHONE, nonce=nonce))
    assert send(App(), token, nonce).status_code == 200
    replayed = App()
    answer = send(replayed, token, nonce)
    assert (answer.status_code, codes(answer)) == (400, [("token", "invalid_nonce")])
    assert replayed.token == ""
    assert Device.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_with_one_token_one_gets_in(issuer: Issuer) -> None:
    nonce = fresh_nonce()
    token = issuer.sign(issuer.claims(audience=IPHONE, nonce=nonce))

    def attempt(number: int) -> int:
        try:
            return int(send(App(), token, nonce).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        assert sorted(pool.map(attempt, range(5))) == [200, 400, 400, 400, 400]
    assert Device.objects.count() == 1


def test_used_nonces_are_cleared_away_when_they_have_ended(issuer: Issuer) -> None:
    for number in range(3):
        assert sign_in(issuer, App(), sub=str(number), email=f"{number}@example.org").status_code == 200
    UsedNonce.objects.update(expires_at=timezone.now())
    assert sign_in(issuer, App(), sub="3", email="3@example.org").status_code == 200
    assert UsedNonce.objects.count() == 1


def test_a_rotated_key_is_fetched_and_the_old_one_ends(issuer: Issuer) -> None:
    assert sign_in(issuer, App()).status_code == 200
    nonce = fresh_nonce()
    old = issuer.sign(issuer.claims(audience=IPHONE, nonce=nonce))
    issuer.new_key("second")
    assert sign_in(issuer, App()).status_code == 200
    assert issuer.fetches == 2
    assert send(App(), old, nonce).status_code == 400


def test_made_up_keys_are_not_asked_for_at_the_pace_of_who_makes_them_up(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuer_keys, "ASKED_AGAIN_AFTER_SECONDS", 60)
    assert sign_in(issuer, App()).status_code == 200
    for number in range(10):
        nonce = fresh_nonce()
        token = issuer.sign(issuer.claims(audience=IPHONE, nonce=nonce), key_id=f"made up {number}")
        assert send(App(), token, nonce).status_code == 400
    assert issuer.fetches == 1


def test_while_the_issuer_is_away_the_app_is_told_to_come_again(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer.away = True
    nonce = fresh_nonce()
    token = issuer.sign(issuer.claims(audience=IPHONE, nonce=nonce))
    for _ in range(3):
        answer = send(App(), token, nonce)
        assert (answer.status_code, codes(answer), answer["Retry-After"]) == (503, [("", "provider_unavailable")], "10")
    assert issuer.fetches == 1
    assert not User.objects.exists()
    issuer.away = False
    issuer_keys.keys_at(f"{issuer.address}/keys").away_until = 0
    # The same token and nonce are still good: nothing was decided about them.
    assert send(App(), token, nonce).status_code == 200


def test_an_address_that_the_issuer_has_not_verified_is_confirmed_by_code(
    issuer: Issuer, mailoutbox: list[Any]
) -> None:
    app = App()
    for verified in (False, "false", None, 1):
        answer = sign_in(
            issuer, app := App(), sub=str(verified), email=f"{verified}@example.org", email_verified=verified
        )
        assert answer.status_code == 401
        assert app.api("get", "/v1/me").status_code == 401
        assert mailoutbox[-1].to[0].lower() == f"{verified}@example.org".lower()
    assert app.post("auth/email/verify", {"key": mailed_code(mailoutbox)}).status_code == 200
    assert app.is_signed_in()


def test_without_an_address_the_app_asks_for_one(issuer: Issuer, mailoutbox: list[Any]) -> None:
    app = App()
    answer = sign_in(issuer, app, email=None)
    assert answer.status_code == 401
    assert "provider_signup" in [flow["id"] for flow in answer.json()["data"]["flows"]]
    assert app.post("auth/provider/signup", {"email": "rosa@example.org"}).status_code == 401
    assert app.post("auth/email/verify", {"key": mailed_code(mailoutbox)}).status_code == 200
    assert app.is_signed_in()


@pytest.mark.parametrize("confirmed", [True, False])
def test_an_account_with_the_same_address_is_not_taken_over(
    app: App, issuer: Issuer, mailoutbox: list[Any], confirmed: bool
) -> None:
    EmailAddress.objects.update(verified=confirmed)
    stranger = App()
    answer = sign_in(issuer, stranger)
    assert answer.status_code == 401
    assert "verify_email" in [flow["id"] for flow in answer.json()["data"]["flows"] if flow.get("is_pending")]
    assert "There is an account with it already" in mailoutbox[-1].body
    assert stranger.api("get", "/v1/me").status_code == 401
    assert not SocialAccount.objects.exists()
    assert User.objects.get().has_usable_password()


def test_who_is_signed_in_connects_it_with_the_password_and_can_use_it_from_then_on(app: App, issuer: Issuer) -> None:
    nonce = fresh_nonce()
    token = issuer.sign(issuer.claims({"email": "other@example.org"}, audience=IPHONE, nonce=nonce))
    answer = send(app, token, nonce, process="connect")
    assert answer.status_code == 401
    assert not SocialAccount.objects.exists()
    app.reauthenticate()
    nonce = fresh_nonce()
    token = issuer.sign(issuer.claims({"email": "other@example.org"}, audience=IPHONE, nonce=nonce))
    assert send(app, token, nonce, process="connect").status_code == 200
    assert User.objects.get().email == "rosa@example.org"
    tablet = App()
    assert sign_in(issuer, tablet, email="other@example.org").status_code == 200
    assert tablet.api("get", "/v1/me").json()["email"] == "rosa@example.org"
    body = {"provider": "apple", "account": "001234.abc"}
    assert app.delete("account/providers", body).status_code == 200
    assert not SocialAccount.objects.exists()


def test_nobody_who_is_not_signed_in_connects_anything(issuer: Issuer) -> None:
    nonce = fresh_nonce()
    token = issuer.sign(issuer.claims(audience=IPHONE, nonce=nonce))
    assert send(App(), token, nonce, process="connect").status_code in (401, 403)
    assert not User.objects.exists()
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("provider", ["apple", "google", "facebook"])
def test_without_client_ids_there_is_no_provider(provider: str) -> None:
    app = App()
    answer = send(app, "a.b.c", fresh_nonce(), provider=provider)
    assert (answer.status_code, codes(answer)) == (400, [("token", "invalid_token")])
    assert app.get("config").json()["data"]["socialaccount"]["providers"] == []


# --- the client ids are taken out of the settings


def remove_clients(settings: Any) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {"apple": {"APPS": []}, "google": {"APPS": []}}


def connect(app: App, issuer: Issuer) -> None:
    app.reauthenticate()
    nonce = fresh_nonce()
    token = issuer.sign(issuer.claims({"email": "other@example.org"}, audience=IPHONE, nonce=nonce))
    assert send(app, token, nonce, process="connect").status_code == 200


def test_an_account_stays_listed_and_removable_when_nobody_can_sign_in_by_it(
    app: App, issuer: Issuer, settings: Any, mailoutbox: list[Any]
) -> None:
    connect(app, issuer)
    remove_clients(settings)
    listed = app.get("account/providers")
    assert (listed.status_code, listed.json()["data"]) == (
        200,
        [
            {
                "uid": "001234.abc",
                "display": "other@example.org",
                "provider": {"id": "apple", "name": "Apple", "flows": []},
            }
        ],
    )
    assert app.get("auth/session").status_code == 200
    gone = app.delete("account/providers", {"provider": "apple", "account": "001234.abc"})
    assert (gone.status_code, gone.json()["data"]) == (200, [])
    assert not SocialAccount.objects.exists()
    assert "Apple" in mailoutbox[-1].body


def test_whoever_has_nothing_but_that_account_keeps_it(issuer: Issuer, settings: Any) -> None:
    app = App()
    assert sign_in(issuer, app).status_code == 200
    remove_clients(settings)
    refused = app.delete("account/providers", {"provider": "apple", "account": "001234.abc"})
    assert (refused.status_code, codes(refused)) == (400, [("", "no_password")])
    assert app.is_signed_in()
    assert SocialAccount.objects.count() == 1


@pytest.mark.parametrize("client_id", [IPHONE, "", None])
@pytest.mark.parametrize("process", ["login", "connect"])
def test_nobody_signs_in_or_connects_by_a_removed_client_id(
    app: App, issuer: Issuer, settings: Any, process: str, client_id: Any
) -> None:
    connect(app, issuer)
    nonce = fresh_nonce()
    token = issuer.sign(issuer.claims({"email": "other@example.org"}, audience=IPHONE, nonce=nonce))
    remove_clients(settings)
    who = app if process == "connect" else App()
    before = who.token
    answer = send(who, token, nonce, process=process, client_id=client_id)
    expected = "client_id_required" if client_id is None else "invalid_token"
    assert (answer.status_code, codes(answer)) == (400, [("token", expected)])
    assert who.token == before
    assert UsedNonce.objects.count() == 1


def test_a_sign_up_under_way_by_a_removed_client_id_is_over(issuer: Issuer, settings: Any) -> None:
    app = App()
    assert sign_in(issuer, app, email=None).status_code == 401
    remove_clients(settings)
    session = app.get("auth/session")
    assert session.status_code == 401
    assert "provider_signup" not in [flow["id"] for flow in session.json()["data"]["flows"]]
    for answer in (app.get("auth/provider/signup"), app.post("auth/provider/signup", {"email": "rosa@example.org"})):
        assert answer.status_code == 409
    assert not User.objects.exists()


def test_an_address_under_way_by_a_removed_client_id_is_not_confirmed(
    issuer: Issuer, settings: Any, mailoutbox: list[Any]
) -> None:
    app = App()
    assert sign_in(issuer, app, email_verified=False).status_code == 401
    remove_clients(settings)
    answer = app.post("auth/email/verify", {"key": mailed_code(mailoutbox)})
    assert answer.status_code == 409
    assert not EmailAddress.objects.get().verified
    assert app.api("get", "/v1/me").status_code == 401


def test_there_is_nothing_to_be_redirected_to(issuer: Issuer, client: Client) -> None:
    form = {"provider": "apple", "process": "login", "callback_url": "https://testserver/"}
    answer = client.post("/auth/app/v1/auth/provider/redirect", form, content_type="application/json")
    assert answer.status_code == 404
