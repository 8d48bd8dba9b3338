"""What the API's hot reads are compared with: the same authentication, and JSON that PostgreSQL makes in one query."""

from __future__ import annotations

from django.db import connection
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from backend.accounts.participants import ParticipantView
from tracker.scoring.weeks import Week

_TIME = "to_char({at} + make_interval(secs => utc_offset), 'YYYY-MM-DD\"T\"HH24:MI:SS') || '+00:00'"
PAGE = f"""
SELECT json_build_object('results', json_agg(json_build_object(
    'id', uid, 'activity', activity, 'activity_name', activity_name,
    'started_at', {_TIME.format(at="started_at AT TIME ZONE 'UTC'")}, 'ended_at', ended_at, 'time_zone', time_zone,
    'duration_seconds', duration_seconds, 'effort', effort, 'distance_m', distance_m, 'note', note,
    'duplicate_of', duplicate_of, 'origin', NULL, 'version', version, 'week', to_char(local_date, 'IYYY-"W"IW'),
    'local_date', local_date, 'flags', flags)), 'next_cursor', md5(max(uid::text)))::text
FROM (SELECT * FROM tracker_exerciselog WHERE user_id = %s AND deleted_at IS NULL
      ORDER BY local_date DESC, uid DESC LIMIT 50) AS page"""
# A week's explained document can't be made in SQL: here it is read as it was stored beforehand.
DOCUMENT = "SELECT document FROM bench_week_document WHERE user_id = %s AND week = %s"


class _Query(ParticipantView):
    def answer(self, query: str, *parameters: object) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute(query, parameters)  # type: ignore[arg-type]
            (text,) = cursor.fetchone()
        return HttpResponse(text, content_type="application/json")


class PageOfLogs(_Query):
    def get(self, request: Request) -> HttpResponse:
        return self.answer(PAGE, request.user.pk)


class WeekDocument(_Query):
    def get(self, request: Request) -> HttpResponse:
        return self.answer(DOCUMENT, request.user.pk, Week.of(timezone.now().date()).monday)
