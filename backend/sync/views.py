"""REST for any type of record: list, create, read, replace, delete, always the caller's own, through the one write path."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.models import User
from backend.accounts.participants import ParticipantView
from backend.api.conditional import base_version, not_modified, version_tag
from backend.api.parameters import in_pages, iso_date, make_cursor, read_parameters
from backend.api.problems import Busy, Conflict, FieldError, Gone, Invalid, NotFound, PreconditionFailed
from backend.sync.records import Change, Outcome, Parsed, RecordType, Row
from backend.sync.wire import InvalidRecord, read_wire
from backend.sync.writing import write_records

DEFAULT_PAGE = 50
DATES = {"from": iso_date, "to": iso_date}


class RecordView(ParticipantView):
    """What the views of one record type share."""

    record_type: ClassVar[RecordType]

    def parse(self, request: Request, data: Any) -> tuple[UUID, Parsed]:
        """The record in a body. Raises `Invalid` with an error for each field at fault."""
        kind, user = self.record_type, self.participant
        try:
            wire: Any = read_wire(kind.wire, data, read_only=kind.read_only)
            parsed = kind.parse(wire, kind.reference(user, [wire], timezone.now()))
        except InvalidRecord as error:
            raise Invalid(errors=error.errors, **error.members) from error
        return wire.id, parsed

    def write(self, request: Request, uid: UUID, parsed: Parsed | None) -> Response:
        """Carry out one change, and answer with what became of it."""
        if_match = self.version_seen(request)
        change = Change(self.record_type, uid, if_match or 0, parsed)
        (outcome,) = write_records(user_id=self.participant.pk, changes=[change], now=timezone.now())
        return self.answer(request, outcome, parsed, conditional=if_match is not None)

    def version_seen(self, request: Request) -> int | None:
        """The version that the app builds on; None if it doesn't say."""
        return base_version(request)

    def answer(self, request: Request, outcome: Outcome, parsed: Parsed | None, *, conditional: bool) -> Response:
        row = outcome.row
        if outcome.status == "retry":
            raise Busy()
        if outcome.status == "invalid":
            errors = [FieldError("", "version_ahead", f"The server's version is {outcome.version}.")]
            raise Invalid("If-Match names a version that the record has never had.", errors=errors)
        if outcome.status == "conflict" and row is not None:
            problem = PreconditionFailed if conditional else Conflict
            raise problem(current=self.record_type.document(row))
        if parsed is None:
            return Response(status=204)
        if row is None or row["deleted_at"] is not None:
            raise Gone()
        return self.show(row, status=201 if outcome.status == "created" else 200, outcome=outcome.status)

    def read(self, request: Request, uid: UUID) -> Response:
        """The caller's live record of that id, unless the app has it already."""
        row = stored_row(self.record_type, self.participant, uid)
        # What the server derives of a record can change under the same version.
        if self.record_type.settle is None and not_modified(request, version_tag(row["version"])):
            return Response(status=304, headers={"ETag": version_tag(row["version"])})
        return self.show(row)

    def show(self, row: Row, *, status: int = 200, outcome: str | None = None) -> Response:
        headers = {"ETag": version_tag(row["version"])}
        if outcome:
            headers["Engram-Outcome"] = outcome
        return Response(self.record_type.document(row), status=status, headers=headers)


class RecordListView(RecordView):
    """`GET` a page of records, newest first: by local date, or of records without one by id. `POST` a new one."""

    def get(self, request: Request) -> Response:
        user = self.participant
        salt = f"{self.record_type.name}:{user.pk}"
        given = read_parameters(
            request,
            {**(DATES if self.record_type.date_column else {}), **in_pages(salt)},
        )
        limit = given.get("limit", DEFAULT_PAGE)
        rows = self.page(user, given, limit + 1)
        results = [self.record_type.document(row) for row in rows[:limit]]
        after = None
        if len(rows) > limit:
            after = make_cursor(salt, self.place(rows[limit - 1]))
        return Response({"results": results, "next_cursor": after})

    def page(self, user: User, given: dict[str, Any], count: int) -> list[Row]:
        kind = self.record_type
        column = kind.date_column
        rows = kind.model._default_manager.filter(user=user, deleted_at=None)
        if column is None:
            if "cursor" in given:
                rows = rows.filter(uid__lt=UUID(given["cursor"][0]))
            return list(rows.order_by("-uid").values(*kind.shown_columns)[:count])
        if "from" in given:
            rows = rows.filter(**{f"{column}__gte": given["from"]})
        if "to" in given:
            rows = rows.filter(**{f"{column}__lte": given["to"]})
        if "cursor" in given:
            day, uid = date.fromisoformat(given["cursor"][0]), UUID(given["cursor"][1])
            # The first condition is implied by the second; it is the one that the index can use.
            rows = rows.filter(**{f"{column}__lte": day}).filter(Q(**{f"{column}__lt": day}) | Q(uid__lt=uid))
        return list(rows.order_by(f"-{column}", "-uid").values(*kind.shown_columns)[:count])

    def place(self, row: Row) -> list[str]:
        """Where a page ends."""
        column = self.record_type.date_column
        return [str(row["uid"])] if column is None else [row[column].isoformat(), str(row["uid"])]

    def post(self, request: Request) -> Response:
        uid, parsed = self.parse(request, request.data)
        response = self.write(request, uid, parsed)
        if response.status_code == 201:
            response["Location"] = f"{request.path}/{uid}"
        return response


class RecordDetailView(RecordView):
    """`GET`, `PUT` (create or replace) and `DELETE` one record by its id."""

    def get(self, request: Request, uid: UUID) -> Response:
        return self.read(request, uid)

    def put(self, request: Request, uid: UUID) -> Response:
        data = request.data
        if isinstance(data, dict):
            data = {"id": str(uid), **data}
        body_uid, parsed = self.parse(request, data)
        if body_uid != uid:
            raise Invalid(errors=[FieldError("/id", "other_id", "The id is not the one in the address.")])
        return self.write(request, uid, parsed)

    def delete(self, request: Request, uid: UUID) -> Response:
        return self.write(request, uid, None)


def stored_row(record_type: RecordType, user: User, uid: UUID) -> Row:
    """The caller's live record. Raises `NotFound` for unknown and foreign ids alike, `Gone` for the caller's tombstones."""
    row = record_type.model._default_manager.filter(user=user, uid=uid).values(*record_type.columns).first()
    if row is None:
        raise NotFound()
    if row["deleted_at"] is not None:
        raise Gone()
    return dict(row)
