"""Participants with 35 logs each in one week, made by PostgreSQL itself, in the order in which a week's logs arrive."""

from __future__ import annotations

from datetime import date

from django.db import connection

from tracker.scoring.weeks import Week

WEEK = Week(date(2026, 11, 16))
LOGS_EACH = 35  # 10 exercise, 11 cognitive, 14 meals

# Time-ordered ids, as UUIDv7 makes them.
_ID = "(lpad(to_hex(1700000000000 + {n}), 12, '0') || substr(md5('{salt}' || {n}::text), 1, 20))::uuid"
_SYNC = "1, decode(md5({key}), 'hex'), 1, '{{}}', now(), ''"
_ON_DAY = "(%(monday)s::date + number %% 7)::timestamp AT TIME ZONE 'UTC'"
_ARRIVING = "FROM generate_series(0, {each} - 1) AS number, generate_series(%(first)s, %(last)s) AS person"

USERS = f"""
INSERT INTO accounts_user (id, email, password, display_name, is_active, is_staff, is_superuser, home_time_zone,
    language, hide_numbers, weekly_email, weekly_email_weekday, weekly_email_hour, date_joined)
SELECT {_ID.format(n="person", salt="user")}, 'bench' || person || '@example.org', '', '', true, false, false, 'UTC',
    'en', false, true, 0, 8, now() - interval '1 year' FROM generate_series(%(first)s, %(last)s) AS person"""
ADDRESSES = f"""
INSERT INTO account_emailaddress (user_id, email, verified, "primary")
SELECT {_ID.format(n="person", salt="user")}, 'bench' || person || '@example.org', true, true
  FROM generate_series(%(first)s, %(last)s) AS person"""
COUNTERS = f"""
INSERT INTO sync_synccounter (user_id, seq)
SELECT {_ID.format(n="person", salt="user")}, 1 FROM generate_series(%(first)s, %(last)s) AS person"""
FACTS = f"""
INSERT INTO tracker_participantfacts (user_id, from_week, birth_year, not_applicable)
SELECT {_ID.format(n="person", salt="user")}, '1970-01-05', 1940 + person %% 60,
    CASE WHEN person %% 5 = 0 THEN ARRAY['fish', 'nuts'] ELSE ARRAY[]::text[] END
  FROM generate_series(%(first)s, %(last)s) AS person"""


def _logs(table: str, each: int, columns: str, values: str) -> str:
    key = f"'{table}' || %(monday)s || person || '.' || number"
    return f"""
INSERT INTO {table} (user_id, uid, version, content_hash, seq, flags, received_at, note, utc_offset, local_date, {columns})
SELECT {_ID.format(n="person", salt="user")}, md5({key})::uuid, {_SYNC.format(key=key)}, 0,
    %(monday)s::date + number %% 7, {values} {_ARRIVING.format(each=each)}"""


EXERCISE = _logs(
    "tracker_exerciselog",
    10,
    "activity, started_at, duration_seconds, intensity, strength, balance",
    f"'walk', {_ON_DAY} + interval '10 hours', 600 + (person * 7 + number * 131) %% 3000,"
    " (ARRAY['light', 'moderate', 'moderate', 'vigorous'])[1 + (person + number) %% 4],"
    " (person + number) %% 5 = 0, (person + number) %% 7 = 0",
)
COGNITIVE = _logs(
    "tracker_cognitivelog",
    11,
    "activity, started_at, duration_seconds, category, social",
    f"'reading', {_ON_DAY} + interval '20 hours',"
    " 300 + (person * 11 + number * 71) %% 3000,"
    " (ARRAY['reading', 'games', 'music', 'learning', 'crafts'])[1 + (person + number) %% 5], number %% 4 = 0",
)
DIET = _logs(
    "tracker_dietlog",
    14,
    "eaten_at, meal, items, servings",
    f"{_ON_DAY} + interval '12 hours', 'lunch',"
    ' \'[{"food": null, "food_group": "leafy_greens", "servings": 1}]\'::jsonb,'
    " ARRAY[100, 50 * ((person + number) %% 4), 50 * (number %% 3), 0, 25 * (person %% 4), 150, 0, 100]",
)


def grow_to(count: int, *, week: Week = WEEK) -> None:
    """Add participants until there are `count`; the tables are analysed and vacuumed as autovacuum would have."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_user")
        (there,) = cursor.fetchone()
        for statement in (USERS, ADDRESSES, COUNTERS, FACTS):
            cursor.execute(statement, {"first": there, "last": count - 1})
    log_a_week(week, first=there, last=count - 1)


def log_a_week(week: Week, *, first: int, last: int) -> None:
    """35 logs in that week for each of these participants, counted from 0."""
    with connection.cursor() as cursor:
        for statement in (EXERCISE, COGNITIVE, DIET):
            cursor.execute(statement, {"first": first, "last": last, "monday": week.monday.isoformat()})
        cursor.execute("VACUUM ANALYZE")


def make_all_due() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE tracker_dueweek")
        cursor.execute(
            "INSERT INTO tracker_dueweek (user_id, week, version) SELECT id, %s, 1 FROM accounts_user", [WEEK.monday]
        )
        cursor.execute("VACUUM ANALYZE tracker_dueweek")
