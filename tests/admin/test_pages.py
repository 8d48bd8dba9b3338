"""Every model has its list and its page, found by search, in a number of queries that does not grow with the rows."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backend.accounts.models import Device, DeviceToken, SignIn, UsedNonce, User
from backend.audit.models import Entry
from backend.consents.documents import publish
from backend.consents.models import ConsentDocument
from backend.outbox.enqueuing import NewMail, enqueue
from backend.outbox.models import MailKey, OutgoingMail, SuppressedAddress, SuppressionReason
from backend.outbox.pushing import NewPush, enqueue_pushes
from backend.outbox.suppression import suppress
from backend.sync.models import ServerEpoch
from backend.sync.staff_edits import StaffEdits
from tests.conftest import Phone, cognitive, exercise, make_phone, meal
from tests.staff import make_staff, signed_in
from tracker.models import (
    CatalogueVersion,
    CognitiveActivity,
    DueWeek,
    ExerciseActivity,
    Food,
    GuidanceLibraryState,
    GuidanceVersion,
    WeeklyScore,
)
from tracker.scoring.weeks import Week
from tracker.weekly_scores import score_due_weeks
from tracker.weekly_summaries import close_weeks

OWN_RECORDS: dict[str, dict[str, Any]] = {
    "own-foods": {"name": "Stew", "gives": {"beans": 1.5}},
    "own-activities": {"domain": "exercise", "name": "Round the lake", "activity": "walk_brisk"},
    "favourites": {"list": "foods", "entry": "spinach"},
    "goals": {"practice": "berries", "from_week": "2026-W48", "amount": 3, "weekly_step": 0.5, "until_amount": 5},
    "meal-templates": {"name": "Bowl", "items": [{"food": "spinach", "measures": 2}]},
}
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.fixture
def staff(db: None) -> Client:
    return signed_in(make_staff(superuser=True))


def address(model: type[models.Model], page: str, *parts: object) -> str:
    tail = "".join(f"{part}/" for part in parts)
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/{tail}{page}"


def first_row(model: type[models.Model]) -> models.Model:
    return model._default_manager.order_by("pk")[0]


def live(week: Week, phone: Phone) -> None:
    """A whole week of one participant, scored and closed, and something in every table."""
    monday = week.first_day
    for kind, body in (
        ("exercise-logs", exercise(monday)),
        ("cognitive-logs", cognitive(monday)),
        ("diet-logs", meal(monday, leafy_greens=2)),
    ):
        assert phone.post(f"/v1/{kind}", body).status_code == 201
    for kind, own in OWN_RECORDS.items():
        assert phone.post(f"/v1/{kind}", {"id": str(uuid4()), **own}).status_code == 201
    assert phone.put(f"/v1/day-marks/{monday}", {"excused": True, "nothing": []}).status_code in (200, 201)
    assert phone.put("/v1/suggestion-feedback/berries_1", {"verdict": "useful"}).status_code in (200, 201)
    assert phone.put(f"/v1/weeks/{week}/confirmation", {"domains": ["exercise"]}).status_code in (200, 201)
    assert phone.patch("/v1/me", {"birth_year": 1960}).status_code == 200
    Group.objects.create(name=str(uuid4()))
    # As if it had always been there: a new one would sign the phone out.
    Authenticator.objects.bulk_create([Authenticator(user=phone.user, type="totp", data={"secret": "never shown"})])
    version = ConsentDocument.objects.count() + 1
    texts = {"en": {"title": "Use in research", "body": "Words."}}
    publish(ConsentDocument.objects.create(kind="research", version=version, texts=texts), now=timezone.now())
    consent = {"kind": "research", "version": version, "decision": "accepted"}
    assert phone.post("/v1/consents", consent).status_code == 201
    push_token = {"provider": "fcm", "token": f"push-token-of-{phone.user.pk}"}
    assert phone.put("/v1/devices/current/push-token", push_token).status_code == 204
    expected = {"type": "week_ready", "week": str(week)}
    device, now = Device.objects.get(user=phone.user).pk, timezone.now()
    enqueue_pushes([NewPush(phone.user.pk, device, "week_ready", f"week_ready:{phone.user.pk}", expected, now, now)])
    SocialAccount.objects.create(user=phone.user, provider="apple", uid=str(uuid4()))
    gone = {"op": "delete_by_origin", "platform": "healthkit", "external_id": str(uuid4())}
    refused = {"op": "delete", "type": "day_mark", "id": str(uuid4()), "base_version": 0}
    pushed = {"account": str(phone.user.pk), "changes": [gone, refused]}
    assert phone.post("/v1/sync/push", pushed).status_code == 200
    suppress(phone.user.email, SuppressionReason.BOUNCED, at=timezone.now())
    ServerEpoch.objects.create(number=ServerEpoch.objects.count() + 1)


def live_many(week: Week, phones: list[Phone]) -> None:
    for phone in phones:
        live(week, phone)
    monday_morning = datetime.combine(week.next().monday, time(8), UTC)
    score_due_weeks()
    close_weeks(now=monday_morning - timedelta(hours=2))
    assert close_weeks(now=monday_morning) == len(phones)
    for phone in phones:
        revise(week, phone)
    for phone in phones:
        DueWeek.objects.create(user=phone.user, week=week.previous().monday, version=1)


def revise(week: Week, phone: Phone) -> None:
    """A log that was counted goes, so that the week has an earlier result."""
    gone = exercise(week.days[1], minutes=60)
    created = phone.post("/v1/exercise-logs", gone)
    score_due_weeks()
    assert phone.delete(f"/v1/exercise-logs/{gone['id']}", if_match=created["ETag"]).status_code == 204
    score_due_weeks()


def queries_of(client: Client, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = client.get(path)
    assert response.status_code == 200, (path, response.status_code)
    return len(captured)


def test_lists_take_the_same_queries_for_three_rows_and_for_many(
    staff: Client, catalogue: None, last_week: Week
) -> None:
    live_many(last_week, [make_phone() for _ in range(3)])
    few = {model: queries_of(staff, address(model, "")) for model in MODELS}
    live_many(last_week, [make_phone() for _ in range(30)])
    many = {model: queries_of(staff, address(model, "")) for model in MODELS}
    assert min(model._default_manager.count() for model in MODELS if model is not Entry) >= 30
    assert many == few
    # Six of them are the second factor and the audit.
    assert max(many.values()) <= 14, many


def test_a_weekly_score_shows_how_much_the_weights_matter(staff: Client, catalogue: None, last_week: Week) -> None:
    phone = make_phone()
    phone.put(f"/v1/weeks/{last_week}/confirmation", {"domains": ["exercise", "diet"]})
    phone.post("/v1/exercise-logs", exercise(last_week.monday, activity="weights", minutes=15))
    score_due_weeks()
    page = staff.get(address(WeeklyScore, "change/", WeeklyScore.objects.get().pk)).content.decode()
    # One of two strength days, and nothing else of three practices.
    assert "overall 8.3, exercise 16.7, cognitive no number, diet 0.0." in " ".join(page.split())


def test_every_model_of_ours_is_there() -> None:
    from django.apps import apps

    ours = {
        model
        for label in ("accounts", "consents", "outbox", "sync", "tracker")
        for model in apps.get_app_config(label).get_models()
    }
    hashes = {DeviceToken, SignIn, UsedNonce, MailKey}  # for nobody to see
    history = {model.history.model for model in (ExerciseActivity, CognitiveActivity, Food)}  # on the pages of entries
    assert ours - set(MODELS) == hashes | history | {CatalogueVersion, GuidanceLibraryState, GuidanceVersion}


def test_every_row_has_a_page_and_is_found_by_its_participant(staff: Client, catalogue: None, last_week: Week) -> None:
    phones = [make_phone(), make_phone(email="somebody.else@example.org")]
    live_many(last_week, phones)
    for model in MODELS:
        row = first_row(model)
        assert queries_of(staff, address(model, "change/", row.pk)) <= 16, model
        if any(field.name == "user" for field in model._meta.fields):
            for term in (phones[0].user.email, str(phones[0].user.pk), phones[0].user.email.upper()):
                page = staff.get(address(model, ""), {"q": term}).content.decode()
                assert phones[0].user.email in page, (model, term)
                assert "somebody.else@example.org" not in page, (model, term)


def test_what_apps_and_workers_write_is_not_changed_by_hand(staff: Client, phone: Phone, last_week: Week) -> None:
    live_many(last_week, [phone])
    catalogue = {"tracker.ExerciseActivity", "tracker.CognitiveActivity", "tracker.Food"}  # test_catalogue.py
    texts = {"consents.ConsentDocument", "tracker.GuidanceText"}  # test_guidance_texts.py
    editable = {"accounts.User", "auth.Group", *texts, *catalogue}
    corrected = {model for model in MODELS if isinstance(admin.site._registry[model], StaffEdits)}
    assert len(corrected) == 5  # through forms of their own: test_staff_edits.py
    for model in MODELS:
        if model._meta.label in editable or model in corrected:
            continue
        row = first_row(model)
        before = model._default_manager.filter(pk=row.pk).values().get()
        assert staff.get(address(model, "add/")).status_code == 403, model
        assert staff.post(address(model, "change/", row.pk), {}).status_code == 403, model
        assert staff.post(address(model, "delete/", row.pk), {"post": "yes"}).status_code == 403, model
        assert model._default_manager.filter(pk=row.pk).values().get() == before


def test_no_page_shows_a_secret(staff: Client, phone: Phone, last_week: Week) -> None:
    live_many(last_week, [phone])
    device = Device.objects.get(user=phone.user)
    token = device.tokens.get()
    pages = [address(model, "change/", first_row(model).pk) for model in MODELS]
    pages.append(address(Device, "change/", device.pk))
    for path in pages:
        page = staff.get(path).content.decode()
        assert "never shown" not in page, path
        assert "push-token-of" not in page, path
        for secret in (token.token_hash, token.seed):
            assert bytes(secret).hex() not in page, path
            assert str(bytes(secret)) not in page, path


def test_a_score_shows_its_practices_and_a_mail_how_it_looks(staff: Client, phone: Phone, last_week: Week) -> None:
    live_many(last_week, [phone])
    score = WeeklyScore.objects.get(user=phone.user, week=last_week.monday)
    page = staff.get(address(WeeklyScore, "change/", score.pk)).content.decode()
    assert "aerobic_minutes" in page
    assert str(last_week) in page
    mail = OutgoingMail.objects.get(user=phone.user)
    page = staff.get(address(OutgoingMail, "change/", mail.pk)).content.decode()
    assert 'sandbox=""' in page
    assert "general wellness" in page.lower()


def act(client: Client, model: type[models.Model], name: str, *rows: Any) -> Any:
    data = {"action": name, "_selected_action": [str(row.pk) for row in rows], "index": 0}
    return client.post(address(model, ""), data, follow=True)


def test_a_retired_food_is_offered_no_longer_and_can_come_back(staff: Client, phone: Phone) -> None:
    food = Food.objects.order_by("code")[0]
    assert act(staff, Food, "retire", food).status_code == 200
    food.refresh_from_db()
    assert food.retired_at is not None
    act(staff, Food, "bring_back", food)
    food.refresh_from_db()
    assert food.retired_at is None


def test_a_quarantine_is_lifted(staff: Client, phone: Phone, last_week: Week) -> None:
    due = DueWeek.objects.create(
        user=phone.user, week=last_week.monday, version=1, attempts=5, quarantined_at=timezone.now(), last_error="Boom"
    )
    waiting = DueWeek.objects.create(user=phone.user, week=last_week.previous().monday, version=1, attempts=2)
    act(staff, DueWeek, "try_again", due, waiting)
    due.refresh_from_db()
    waiting.refresh_from_db()
    assert (due.quarantined_at, due.attempts, due.last_error) == (None, 0, "")
    assert waiting.attempts == 2


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("it_arrived", "unknown", "sent"),
        ("it_arrived", "failed", "failed"),
        ("send_again", "unknown", "pending"),
        ("send_again", "failed", "pending"),
        ("send_again", "sent", "sent"),
        ("cancel_pending", "pending", "cancelled"),
        ("cancel_pending", "data_started", "data_started"),
    ],
)
def test_staff_resolve_what_became_of_a_mail(staff: Client, phone: Phone, name: str, before: str, after: str) -> None:
    enqueue([NewMail(phone.user.pk, "weekly_summary", "one", {}, timezone.now())])
    sent_at = timezone.now() if before == "sent" else None
    OutgoingMail.objects.update(state=before, sent_at=sent_at)
    act(staff, OutgoingMail, name, OutgoingMail.objects.get())
    assert OutgoingMail.objects.get().state == after


def test_a_device_is_signed_out_at_once(staff: Client, phone: Phone) -> None:
    assert phone.get("/v1/me").status_code == 200
    act(staff, Device, "sign_out", Device.objects.get(user=phone.user))
    assert phone.get("/v1/me").status_code == 401


def helper(*permissions: str) -> Client:
    return signed_in(make_staff("helper@example.org", *permissions))


def test_reading_does_not_allow_acting(phone: Phone, last_week: Week) -> None:
    reader = helper("view_dueweek")
    due = DueWeek.objects.create(user=phone.user, week=last_week.monday, version=1, quarantined_at=timezone.now())
    assert reader.get(address(DueWeek, "")).status_code == 200
    act(reader, DueWeek, "try_again", due)
    due.refresh_from_db()
    assert due.quarantined_at is not None


def test_staff_cannot_make_themselves_superusers(phone: Phone) -> None:
    client = helper("view_user", "change_user")
    me = User.objects.get(email="helper@example.org")
    boss = User.objects.create_superuser("boss@example.org", "a long enough password")
    assert client.post(f"/admin/accounts/user/{phone.user.pk}/password/", {}).status_code == 403
    for target in (me, boss):
        client.post(address(User, "change/", target.pk), {"email": "taken@example.org", "is_superuser": "on"})
        assert client.post(f"/admin/accounts/user/{target.pk}/password/", {}).status_code == 403
    client.post(
        address(User, "change/", phone.user.pk),
        {
            "email": "taken@example.org",
            "display_name": "Renamed",
            "is_active": "on",
            "is_superuser": "on",
            "is_staff": "on",
        },
    )
    phone.user.refresh_from_db()
    assert (phone.user.display_name, phone.user.is_superuser, phone.user.is_staff) == ("Renamed", False, False)
    assert not User.objects.filter(email="taken@example.org").exists()
    assert list(User.objects.filter(is_superuser=True)) == [boss]


def test_an_account_is_made_in_the_admin(staff: Client) -> None:
    password = "correct horse battery"
    response = staff.post(
        "/admin/accounts/user/add/",
        {"email": "new@example.org", "password1": password, "password2": password, "usable_password": "true"},
    )
    assert response.status_code == 302, response.content.decode()[:2000]
    assert User.objects.get(email="new@example.org").check_password(password)


@pytest.mark.parametrize("term", ["nobody", "%", "\\", "' OR 1=1 --", "\x00", "0" * 500, "2026-W47", "{", "é"])
def test_any_search_term_is_answered(staff: Client, phone: Phone, last_week: Week, term: str) -> None:
    live_many(last_week, [phone])
    for model in MODELS:
        assert staff.get(address(model, ""), {"q": term}).status_code == 200, model


def test_users_are_found_by_id_address_and_name(staff: Client, catalogue: None) -> None:
    rosa = make_phone(email="rosa@example.org", display_name="Rosa Luz").user
    make_phone(email="other@example.org")
    for term in (str(rosa.pk), str(rosa.pk).upper(), "ROSA@", "luz"):
        page = staff.get(address(User, ""), {"q": term}).content.decode()
        assert "rosa@example.org" in page, term
        assert "other@example.org" not in page, term


def test_an_address_is_written_to_again_by_typing_it(staff: Client, phone: Phone) -> None:
    suppress(phone.user.email, SuppressionReason.BOUNCED, at=timezone.now())
    page = address(SuppressedAddress, "lift/")
    assert staff.get(page).status_code == 200
    assert staff.post(page, {"address": "nobody@example.org"}).status_code == 422
    assert SuppressedAddress.objects.count() == 1
    assert staff.post(page, {"address": f" {phone.user.email.upper()} "}).status_code == 302
    assert SuppressedAddress.objects.count() == 0
    assert phone.user.email not in str(list(LogEntry.objects.values_list("object_repr", "change_message")))
    suppress(phone.user.email, SuppressionReason.BOUNCED, at=timezone.now())
    reader = signed_in(make_staff("reader@example.org", "view_suppressedaddress"))
    assert reader.get(address(SuppressedAddress, "")).status_code == 200
    assert reader.post(page, {"address": phone.user.email}).status_code == 403
    assert SuppressedAddress.objects.count() == 1
