"""A participant with a row in every table that can have one, each text of it carrying a string to look for; and the whole
database as text, to look for it.

Rows are made from the models' own fields, so that a table made tomorrow is filled too. Where constraints ask for more than
a field of its type, `MORE` has it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.models import Session
from django.db import connection, models
from django.utils import timezone

from backend.accounts.models import DeviceToken, User
from backend.privacy.ownership import owned_models

MONDAY = datetime.date(2026, 11, 16)
MORE: dict[str, dict[str, Any]] = {
    "tracker.dietlog": {"servings": [0] * 8, "meal": "lunch", "items": []},
    "tracker.exerciselog": {"duplicate_of": None},
    "tracker.participantfacts": {"not_applicable": ["fish"]},
    "admin.logentry": {"action_flag": 1},
    "consents.consentdocument": {"published_at": None},
    "privacy.erasurerequest": {"state": "requested"},
    "privacy.dataexport": {"state": "ready"},
}


def fill_every_table(user: User, canary: str) -> None:
    """One row in each table of `owned_models`, and the traces that have no foreign key."""
    made: dict[type[models.Model], models.Model] = {User: user}
    for owned in reversed(owned_models()):
        existing = owned.rows(user.pk).first()
        row = existing or owned.model(**_values(owned.model, made, canary))
        if existing is None:
            models.Model.save_base(row, raw=True, force_insert=True)
        made[owned.model] = row
    _leave_traces(user, canary)


def _values(model: type[models.Model], made: dict[type[models.Model], models.Model], canary: str) -> dict[str, Any]:
    more = MORE.get(model._meta.label_lower, {})
    values = {
        field.attname: _value(field, made, canary)
        for field in model._meta.concrete_fields
        if not isinstance(field, models.AutoField) and field.name not in more
    }
    return {**values, **more}


def _value(field: models.Field[Any, Any], made: dict[type[models.Model], models.Model], canary: str) -> Any:
    if isinstance(field, models.ForeignKey):
        if field.related_model in made:
            return made[field.related_model].pk
        if field.null:
            return None
        return _foreign(field.related_model).pk
    if isinstance(field, ArrayField):
        texts = isinstance(field.base_field, models.CharField)
        return [canary] if texts and (field.base_field.max_length or 99) >= len(canary) else []
    if field.choices:
        return field.flatchoices[0][0]
    if isinstance(field, models.JSONField):
        return {"text": canary}
    if isinstance(field, models.EmailField):
        return f"{canary}@example.org"
    if isinstance(field, models.CharField | models.TextField):
        return canary[: field.max_length] if field.max_length else canary
    if isinstance(field, models.BinaryField):
        return canary.encode()[: field.max_length or None]
    if isinstance(field, models.UUIDField):
        return uuid4()
    if isinstance(field, models.DateTimeField):
        return timezone.now()
    if isinstance(field, models.DateField):
        return MONDAY
    if isinstance(field, models.BooleanField):
        return False
    if isinstance(field, models.DecimalField):
        return Decimal(1)
    assert isinstance(field, models.IntegerField), f"How is a {type(field).__name__} filled?"
    return 1


def _foreign(model: type[models.Model]) -> models.Model:
    """Something that is nobody's, such as a group or a document, which a participant's row needs."""
    found = model._base_manager.first()
    if found is None:
        found = model(**_values(model, {}, "nobody"))
        models.Model.save_base(found, raw=True, force_insert=True)
    return found


def _leave_traces(user: User, canary: str) -> None:
    open_session: Any = Session.get_session_store_class()
    store = open_session()
    store["_auth_user_id"] = str(user.pk)
    store["note"] = canary
    store.save()
    signing_up = open_session()
    signing_up["account_verified_email"] = user.email
    signing_up.save()
    staff = User.objects.create_user(f"staff-{uuid4()}@example.org", is_staff=True)
    for owned in owned_models():
        row = owned.rows(user.pk).first()
        assert row is not None
        _history(staff, owned.model, row.pk, canary)
    _history(staff, User, user.pk, user.email)
    DeviceToken.objects.filter(device__user=user).update(seed=canary.encode())  # it names nobody by itself


def _history(staff: User, model: type[models.Model], pk: Any, name: str) -> None:
    from django.contrib.admin.models import LogEntry

    kind = ContentType.objects.get_for_model(model)
    LogEntry.objects.create(
        user=staff, content_type=kind, object_id=str(pk), object_repr=name, action_flag=2, change_message="[]"
    )


def every_row() -> Iterator[tuple[str, str]]:
    """Each table and, as one lower-case text, each row of it; what is packed is unpacked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"
        )
        for (table,) in cursor.fetchall():
            if table == "django_session":
                continue
            cursor.execute(f"SELECT row_to_json(t)::text FROM {table} t")
            for (row,) in cursor.fetchall():
                yield table, row.lower()
    for session in Session.objects.all():
        yield "django_session", f"{session.session_key} {session.get_decoded()}".lower()


def tables_that_mention(*traces: str | UUID) -> set[str]:
    """Tables in which any of these stands, as text or, in binary columns, in hexadecimal."""
    wanted = set()
    for trace in traces:
        text = str(trace).lower()
        wanted |= {text, text.encode().hex()}
        if isinstance(trace, UUID):
            wanted.add(trace.hex)
    return {table for table, row in every_row() if any(trace in row for trace in wanted)}
