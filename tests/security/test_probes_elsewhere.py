"""The same for what is not in the OpenAPI document: the sign-in endpoints, the admin, mail and log lines."""

from __future__ import annotations

import email
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.test import Client
from django.utils import timezone

from backend.outbox.models import MailState, OutgoingMail
from backend.outbox.sending import send_mail
from tests.conftest import Mailbox, give_password
from tests.contract import DocumentedClient
from tests.security.callers import PASSWORD, bearer, cookie_of, staff, token_of
from tests.security.conftest import World
from tests.security.lives import Life, participant_tables, rows_of
from tests.security.probing import routes, send
from tests.staff import make_staff
from tests.staff import signed_in as signed_in_staff

pytestmark = pytest.mark.django_db

METHODS = ("get", "post", "put", "patch", "delete")
SIGN_IN = "/auth/app/v1/auth/login"


def signed_in(life: Life, token: str = "") -> str:
    """A token that allauth's endpoints know, too: the one from before, unless it was given up since."""
    if token and bearer(token).get("/v1/me").status_code == 200:
        return token
    answer = send(Client(), "post", SIGN_IN, {"email": life.user.email, "password": PASSWORD})
    return str(answer.json()["meta"]["session_token"])


def test_the_sign_in_endpoints_show_and_change_nothing_of_others(world: World, mailoutbox: list[Any]) -> None:
    owner, other = world.owner, world.other
    mailoutbox.clear()  # all that was due has left
    world.before, mails = rows_of(owner), list(OutgoingMail.objects.values_list("pk", flat=True))
    Authenticator.objects.filter(user=other.user).delete()  # so that the password is enough
    give_password(other.user, PASSWORD)
    wrong = "not the owner's password"
    named = {
        "email": owner.user.email,
        "password": wrong,
        "current_password": wrong,
        "new_password": PASSWORD,
        "key": "AAAA-AAAA",
        "code": "AAAA-AAAA",
        "authenticators": list(Authenticator.objects.filter(user=owner.user).values_list("pk", flat=True)),
        "user": str(owner.user.pk),
    }
    second = {**named, "email": f"second.{owner.canary}@example.org", "primary": True}
    token = ""
    for route in routes("auth/"):
        for method in METHODS:
            token = signed_in(other, token)
            for caller, own, body in (
                ("anonymous", "", named),
                ("revoked device", owner.tokens["revoked"], named),
                ("other participant", token, second),
            ):
                headers = {"X-Session-Token": own} if own else {}
                answer = send(Client(), method, f"/{route}", None if method == "get" else body, headers)
                world.watch(f"sign-in, {caller}", f"{method} {route} {body}", answer)
                assert answer.status_code < 500, (method, route)
    for mail in mailoutbox:
        assert owner.canary not in str(mail.message()) or all(owner.canary in address for address in mail.to)
    asked_for = OutgoingMail.objects.filter(user=owner.user).exclude(pk__in=mails)
    assert asked_for.delete()[0] > 0  # notices to the owner that somebody tried: all that this wrote
    world.assert_nothing_leaked(probes=300)


def test_the_admin_is_closed_to_those_without_the_right(world: World) -> None:
    callers = {
        "anonymous": DocumentedClient(),
        "participant's cookie": cookie_of(world.other.user),
        "participant's token": bearer(world.other.phone.token),
        "superuser's token": bearer(token_of(staff(is_superuser=True))),
        "staff without the right": signed_in_staff(make_staff()),
    }
    with_participants = {f"admin/{model._meta.app_label}/" for model, _ in participant_tables()}
    data = {"q": world.owner.canary, "action": "delete_selected", "_selected_action": str(world.owner.user.pk)}
    for route in routes("admin/"):
        for address in admin_addresses(route, world.owner):
            for caller, client in callers.items():
                for ask in (client.get, client.post):
                    answer = ask(address, data)
                    world.watch(f"admin, {caller}", f"{address} {data}", answer)
                    if route.startswith(tuple(with_participants)):
                        assert answer.status_code in (302, 403, 405), (caller, address)
    world.assert_nothing_leaked(probes=1000)


def test_the_account_pages_show_and_change_nothing_of_others(world: World) -> None:
    """The pages in a browser: signing in, second factors, addresses, erasing the account."""
    owner = world.owner
    data = {
        "login": owner.user.email,
        "email": f"second.{owner.canary}@example.org",
        "password": "not the owner's password",
        "user": str(owner.user.pk),
        "code": "AAAA-AAAA",
        "next": f"/admin/accounts/user/{owner.user.pk}/change/",
    }
    callers = {"anonymous": DocumentedClient(), "participant's cookie": cookie_of(world.other.user)}
    for caller, client in callers.items():
        for route in routes("account/"):
            address = "/" + "/".join("1" if "<" in part else part for part in route.split("/"))
            for ask in (client.get, client.post):
                answer = ask(address, data)
                world.watch(f"account, {caller}", f"{address} {data}", answer)
                assert answer.status_code < 500, (caller, address)
    world.assert_nothing_leaked(probes=80)


def admin_addresses(route: str, life: Life) -> Iterator[str]:
    """The route with a row of this participant's, where it names a row of a table."""
    if "<" not in route:
        yield f"/{route}"
        return
    _, app, model, *_ = [*route.split("/"), ""]
    columns = {(table._meta.app_label, table._meta.model_name): column for table, column in participant_tables()}
    keys: list[Any] = []
    if app in apps.app_configs and model in apps.all_models[app]:
        rows = apps.get_model(app, model)._base_manager.all()
        if (app, model) in columns:
            rows = rows.filter(**{columns[app, model]: life.user.pk})
        keys = list(rows.values_list("pk", flat=True)[:1])
    for key in keys or ["1"]:
        parts = (str(key) if part.startswith("<") else part for part in route.split("/"))
        yield "/" + "/".join(parts)


def test_mail_holds_only_what_is_its_readers(world: World, mailbox: Mailbox) -> None:
    now = timezone.now()
    OutgoingMail.objects.update(state=MailState.PENDING, sent_at=None, next_attempt_at=now, expires_at=None)
    send_mail()
    assert len(mailbox.messages) == 6  # a summary, a code, and that the export is ready
    for recipient, message in zip(mailbox.recipients, mailbox.messages, strict=True):
        reader, other = (world.owner, world.other) if world.owner.canary in recipient else (world.other, world.owner)
        text = all_text(message)
        assert reader.canary in text
        assert not any(secret in text for secret in other.secrets)
    world.assert_logs_are_clean()


def all_text(message: bytes) -> str:
    parts = email.message_from_bytes(message).walk()
    bodies = [part.get_payload(decode=True) for part in parts if not part.is_multipart()]
    return message.decode() + "".join(body.decode("utf-8", "replace") for body in bodies if isinstance(body, bytes))
