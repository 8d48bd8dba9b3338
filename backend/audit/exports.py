"""What a list shows, as CSV: by a permission of its own, after a fresh check, and each part in the audit before it is sent."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

from django.db.models import BinaryField, Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.decorators import action

from backend.audit.fresh_check import fresh_check
from backend.audit.models import Action
from backend.audit.participant_rows import AuditedAdmin, asked_for, context_of
from backend.audit.purposes import Purpose, stated_purpose
from backend.audit.recording import current_request_id, record

PERMISSION = "audit.export_participants"
ROWS_AT_ONCE = 2_000
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""

ExportFilter = Callable[[QuerySet[Any], str], QuerySet[Any]]
_research_filters: list[ExportFilter] = []


def filter_research_exports(only: ExportFilter) -> None:
    """Let an app keep participants out of exports for research: `only(rows, "user_id")` returns the rows that may go."""
    _research_filters.append(only)


class CsvExport(AuditedAdmin):
    """Adds "Download as CSV" to a list, for all rows that it is narrowed to."""

    export_fields: tuple[str, ...] | None = None
    """Columns; without them every field that isn't binary."""
    actions_list = ("export",)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        for button in context_of(response).get("actions_list", ()):
            button["path"] += f"?{request.GET.urlencode()}" if request.GET else ""
        return response

    @action(description="Download as CSV", url_path="export", icon="download", permissions=["export"])
    @fresh_check
    def export(self, request: HttpRequest) -> HttpResponseBase:
        """How many rows it would be; posted, the rows."""
        rows = self._exported(request)
        if request.method == "POST":
            name = f"{self.opts.model_name}-{timezone.now():%Y-%m-%d-%H%M%S}.csv"
            return StreamingHttpResponse(
                self._lines(request, rows),
                content_type="text/csv; charset=utf-8",
                headers={"Content-Disposition": f'attachment; filename="{name}"'},
            )
        context = {
            **self.admin_site.each_context(request),
            "title": f"Download {self.opts.verbose_name_plural} as CSV",
            "opts": self.opts,
            "rows": rows.count(),
            "columns": self._columns(),
            "narrowed": asked_for(request),
        }
        return TemplateResponse(request, "audit/export.html", context)

    def has_export_permission(self, request: HttpRequest) -> bool:
        """What `permissions` above asks, for the button and for the page."""
        return request.user.has_perm(PERMISSION) and self.has_view_permission(request)

    def _exported(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.get_changelist_instance(request).queryset.order_by("pk")
        purpose = stated_purpose(request)
        if purpose is not None and purpose.purpose == Purpose.RESEARCH:
            for only in _research_filters:
                rows = only(rows, self.participant)
        return rows

    def _columns(self) -> list[str]:
        fields = [field for field in self.opts.concrete_fields if not isinstance(field, BinaryField)]
        return list(self.export_fields or [field.attname for field in fields])

    def _lines(self, request: HttpRequest, rows: QuerySet[Any]) -> Iterator[str]:
        """The file, some thousand rows at a time: read, recorded, and only then sent."""
        asked, request_id, actor = asked_for(request), current_request_id(), request.user.pk
        purpose = stated_purpose(request)
        assert actor is not None  # the page is for staff
        columns = self._columns()
        yield _line(columns)
        last: Any = None
        number = 0
        while part := list((rows if last is None else rows.filter(pk__gt=last))[:ROWS_AT_ONCE]):
            record(
                Action.EXPORT,
                self.opts.label_lower,
                actor=actor,
                what={**asked, "rows": len(part), "first_row": number + 1, "columns": columns},
                participants={getattr(row, self.participant) for row in part},
                purpose=str(purpose) if purpose else "",
                request_id=request_id,
            )
            yield "".join(_line([_cell(row, column) for column in columns]) for row in part)
            number, last = number + len(part), part[-1].pk


def _line(values: list[str]) -> str:
    out = StringIO()
    csv.writer(out).writerow(values)
    return out.getvalue()


def _cell(row: Model, column: str) -> str:
    """Text that no spreadsheet runs; numbers stay as they are."""
    value = getattr(row, column)
    if value is None:
        return ""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text
