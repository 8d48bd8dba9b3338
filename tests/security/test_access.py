"""Every address of the URL map: who may call it is declared, and somebody else's id is one that doesn't exist."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.permissions import AllowAny, IsAuthenticated

from backend.accounts.authentication import DeviceTokenAuthentication
from backend.accounts.models import Device
from backend.accounts.participants import ParticipantView
from backend.limits.views import PublicView
from tests.conftest import Phone, cognitive, exercise, meal

PUBLIC = {
    "v1/server",
    "v1/openapi.json",
    "v1/catalogue/exercise-activities",
    "v1/catalogue/cognitive-activities",
    "v1/catalogue/foods",
    "v1/catalogue/practices",
    "v1/evidence",
    "v1/evidence/<str:card_id>",
    "v1/consent-documents",
    "v1/consent-documents/<str:kind>/<int:version>",
    "v1/sign-in/nonce",
    # By a signature that opens this one export.
    "v1/export-downloads/<id:uid>",
}
"""Under /v1, what anybody may read. Everything else there belongs to a participant."""

ELSEWHERE = {
    "": "redirects to the reference",
    "favicon.ico": "redirects to the icon",
    "docs": "the reference: a page that is the same for everybody",
    "webhooks/email/": "the mail provider, by a secret: django-anymail",
    "mail/": "a signed link is who may call: backend/outbox/linked_pages.py",
    "evidence": "what research found: a page that is the same for everybody",
    "^auth/": "allauth's endpoints for phone numbers, which are none of ours: not found",
    "auth/": "django-allauth; what it guards is counted by accounts/sign_in_limits.py",
    "account/": "pages of django-allauth, in which people sign in; backend/privacy/pages.py asks for that itself",
    "admin/": "the staff's site: EngramAdminSite.has_permission",
}
"""Outside /v1: whose access is seen to where. An address that is not here fails the test."""

METHODS = ("get", "post", "put", "patch", "delete")


def endpoints(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from endpoints(entry, route)
        else:
            yield route, entry


URLS = list(endpoints(get_resolver()))
UNDER_V1 = [(route, entry) for route, entry in URLS if route.startswith("v1/")]
view_of = {route: getattr(entry.callback, "view_class", None) for route, entry in UNDER_V1}


def test_every_endpoint_derives_from_one_of_two_bases_and_says_who_may_call_it() -> None:
    assert len(view_of) == len(UNDER_V1) >= 20
    for route, view in view_of.items():
        assert view is not None, f"{route} is not an APIView"
        base: type = PublicView if route in PUBLIC else ParticipantView
        assert issubclass(view, base), route
        assert view.access == ("anybody" if route in PUBLIC else "participant"), route


def test_no_endpoint_changes_how_its_base_lets_people_in() -> None:
    for route, view in view_of.items():
        assert view is not None
        authentication, permission = (
            ((), AllowAny) if route in PUBLIC else ((DeviceTokenAuthentication,), IsAuthenticated)
        )
        assert tuple(view.authentication_classes) == authentication, route
        assert tuple(view.permission_classes) == (permission,), route
        for name in ("initial", "perform_authentication", "check_permissions", "get_permissions", "get_authenticators"):
            owner = next(each for each in view.__mro__ if name in vars(each))
            assert owner.__module__ in {"rest_framework.views", "backend.limits.views"}, f"{route} has its own {name}"


def test_every_address_outside_v1_is_on_the_list() -> None:
    for route, entry in URLS:
        if not route.startswith("v1/"):
            assert any(route.startswith(prefix) if prefix else route == "" for prefix in ELSEWHERE), route
            assert entry.callback is not None


@pytest.mark.django_db
@pytest.mark.parametrize("route", sorted(set(view_of) - PUBLIC))
def test_without_a_token_nothing_of_a_participants_is_answered(client: Client, route: str) -> None:
    path = "/" + filled(route)
    for method in METHODS:
        answer = getattr(client, method)(path, data=None if method == "get" else "{}", content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated"), method


def filled(route: str, uid: object = "00000000-0000-7000-8000-000000000000") -> str:
    values = {
        "<id:uid>": str(uid),
        "<id:device_id>": str(uid),
        "<date:day>": "2026-11-22",
        "<week:week>": "2026-W47",
        "<str:kind>": "terms",
        "<str:card_id>": "tai_chi",
        "<path:platform>": "healthkit",
        "<path:suggestion>": "berries_1",
        "<int:version>": "1",
    }
    for placeholder, value in values.items():
        route = route.replace(placeholder, value)
    assert "<" not in route, f"Say in filled() what stands for the parameter of {route}."
    return route


# --- somebody else's id


WITH_ID = sorted(route for route in set(view_of) - PUBLIC if "<id:" in route)
OWN_IDS = [
    route
    for route in WITH_ID
    if route.endswith(("-logs/<id:uid>", "templates/<id:uid>", "favourites/<id:uid>", "goals/<id:uid>"))
] + [route for route in WITH_ID if route.startswith("v1/own-")]
"""Records, whose ids the app makes."""


@pytest.fixture
def records(phone: Phone, last_week: Any) -> dict[str, dict[str, Any]]:
    """One record of each type with an id, of the first participant: by the route that it is read at."""
    made = {
        "v1/exercise-logs/<id:uid>": exercise(last_week.monday),
        "v1/cognitive-logs/<id:uid>": cognitive(last_week.monday),
        "v1/diet-logs/<id:uid>": meal(last_week.monday, berries=1),
    }
    own: dict[str, dict[str, Any]] = {
        "v1/own-foods/<id:uid>": {"name": "Stew"},
        "v1/own-activities/<id:uid>": {"domain": "cognitive", "name": "Club", "activity": "reading"},
        "v1/favourites/<id:uid>": {"list": "foods", "entry": "spinach"},
        "v1/goals/<id:uid>": {"practice": "berries", "from_week": "2026-W48", "amount": 3},
        "v1/meal-templates/<id:uid>": {"name": "Bowl", "meal": "lunch", "items": []},
    }
    made |= {route: {"id": str(uuid.uuid4()), **record} for route, record in own.items()}
    for route, record in made.items():
        assert phone.post("/" + route.partition("/<")[0], record).status_code == 201
    made |= {f"{route}/repeat": record for route, record in made.items() if "-logs/" in route}
    made["v1/meal-templates/<id:uid>/log"] = made["v1/meal-templates/<id:uid>"]
    made["v1/devices/<id:device_id>"] = {"id": str(Device.objects.get(user=phone.user).pk), "name": "Mine"}
    export = phone.post("/v1/exports", None).json()
    made["v1/exports/<id:uid>"] = made["v1/exports/<id:uid>/download"] = {"id": export["id"]}
    return made


@pytest.mark.django_db
@pytest.mark.parametrize("route", WITH_ID)
def test_a_foreign_id_answers_like_one_that_does_not_exist(
    phone: Phone, other_phone: Phone, records: dict[str, dict[str, Any]], route: str
) -> None:
    assert route in records, "Make a record for this route in the fixture."
    record = records[route]
    foreign, unknown = "/" + filled(route, record["id"]), "/" + filled(route, uuid.uuid4())
    before = phone.get(foreign).json()
    for method, data, headers in (
        ("get", None, {}),
        ("put", {**record, "note": "mine now"}, {"If-Match": '"1"'}),
        ("delete", None, {"If-Match": '"1"'}),
        ("post", {}, {}),
        ("patch", {}, {}),
    ):
        answers = []
        for path in (foreign, unknown):
            body = None if data is None else {**data, "id": path.rpartition("/")[2]} if data else data
            arguments = [path] if body is None else [path, body]
            answer = getattr(other_phone, method)(*arguments, **headers)
            headers_seen = {name: value for name, value in answer.items() if not name.startswith("RateLimit")}
            answers.append((answer.status_code, answer.content, headers_seen))
        assert answers[0] == answers[1], method
    assert phone.get(foreign).json() == before


@pytest.mark.django_db
@pytest.mark.parametrize("route", OWN_IDS)
def test_an_id_of_one_is_free_for_another(
    phone: Phone, other_phone: Phone, records: dict[str, dict[str, Any]], route: str
) -> None:
    """Nobody can squat on an id or find out that it is taken."""
    path = "/" + filled(route, records[route]["id"])
    before = phone.get(path).json()
    assert other_phone.put(path, records[route]).status_code == 201
    assert other_phone.delete(path, if_match='"1"').status_code == 204
    assert (phone.get(path).json(), other_phone.get(path).status_code) == (before, 410)
