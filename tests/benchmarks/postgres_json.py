"""What the API's hot reads are compared with: the same authentication, and JSON that PostgreSQL makes in one query."""

from __future__ import annotations

from django.db import connection
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from backend.accounts.participants import ParticipantView
from tracker.scoring.weeks import Week

_TIME = "to_char({at} + make_interval(secs => utc_offset), 'YYYY-MM-DD\"T\"HH24:MI:SS') || '+00:00'"
_ORIGIN = (
    "CASE WHEN origin_platform IS NOT NULL THEN json_build_object('platform', origin_platform, 'app_id', origin_app_id,"
    " 'external_id', origin_external_id) END"
)
_LOG = f"""'time_zone', time_zone, 'note', note, 'origin', {_ORIGIN}, 'version', version, 'local_date', local_date,
    'week', to_char(local_date, 'IYYY-"W"IW'), 'flags', flags"""
_TIMED = f"""'id', uid, 'activity', activity, 'activity_name', activity_name,
    'started_at', {_TIME.format(at="started_at AT TIME ZONE 'UTC'")}, 'duration_seconds', duration_seconds"""
PAGE = f"""
SELECT json_build_object('results', json_agg(json_build_object({_TIMED}, 'ended_at', ended_at, 'effort', effort,
    'distance_m', distance_m, 'separate_session', separate_session, 'duplicate_of', duplicate_of, {_LOG})),
    'next_cursor', md5(max(uid::text)))::text
FROM (SELECT * FROM tracker_exerciselog WHERE user_id = %s AND deleted_at IS NULL
      ORDER BY local_date DESC, uid DESC LIMIT 50) AS page"""


def _change(record_type: str, record: str) -> str:
    return f"""SELECT seq, json_build_object('type', '{record_type}', 'id', uid, 'version', version,
    'record', json_build_object({record}, {_LOG})) AS change
FROM tracker_{record_type.replace("_", "")} WHERE user_id = %s AND deleted_at IS NULL ORDER BY seq DESC LIMIT 500"""


# 500 changes, as a pull delivers them.
PULLED = f"""
SELECT json_build_object('account', %s, 'epoch', 0, 'server_now', now(), 'changes', json_agg(change ORDER BY seq DESC),
    'cursor', md5(max(seq)::text), 'has_more', true, 'cursor_expires_at', now() + interval '90 days')::text
FROM (SELECT * FROM (
    ({
    _change(
        "exercise_log",
        _TIMED + ", 'ended_at', ended_at, 'effort', effort, 'distance_m', distance_m,"
        " 'separate_session', separate_session, 'duplicate_of', duplicate_of",
    )
})
    UNION ALL ({_change("cognitive_log", _TIMED + ", 'social', social")})
    UNION ALL ({
    _change(
        "diet_log",
        "'id', uid, 'eaten_at', " + _TIME.format(at="eaten_at AT TIME ZONE 'UTC'") + ", 'meal', meal, 'items', items",
    )
})
) AS changes ORDER BY seq DESC LIMIT 500) AS page"""
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


class PullPage(_Query):
    def get(self, request: Request) -> HttpResponse:
        return self.answer(PULLED, *[request.user.pk] * 4)


class WeekDocument(_Query):
    def get(self, request: Request) -> HttpResponse:
        return self.answer(DOCUMENT, request.user.pk, Week.of(timezone.now().date()).monday)
