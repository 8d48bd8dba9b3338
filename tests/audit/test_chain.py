"""The audit only grows: PostgreSQL refuses everything else, and whoever gets around that is found."""

from __future__ import annotations

import json
import logging
import threading
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, ProgrammingError, connection, transaction

from backend.accounts.models import User
from backend.audit.checks import check_protection
from backend.audit.models import Action, Entry, Head, ParticipantKey
from backend.audit.pseudonyms import known_pseudonym, pseudonyms
from backend.audit.recording import PARTICIPANTS_IN_ONE, AuditUnavailable, record
from backend.audit.tasks import log_audit_head
from backend.audit.verification import current_head
from tests.conftest import make_phone

pytestmark = pytest.mark.django_db
ACTOR = UUID("01938f2e-7c1a-7000-8000-3d5f0a6b9c21")


def write(number: int) -> None:
    for one in range(number):
        what = {"page": "list", "note": f"entry {one}, naïve 'quoted' \\ \u2028"}
        record(Action.READ, "tracker.dietlog", actor=ACTOR, what=what, purpose="safety: ticket 7")


def execute(statement: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def verify(*words: str) -> str:
    out = StringIO()
    call_command("verify_audit", *words, stdout=out)
    return out.getvalue()


def take_the_triggers_away() -> None:
    """As the owner of the tables, with the triggers out of the way: what nobody but the database's own staff can do."""
    execute("RESET ROLE")
    execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")


# --- what PostgreSQL does itself


def test_entries_are_numbered_dated_and_chained_whatever_is_inserted() -> None:
    execute(
        "INSERT INTO audit_entry (id, at, actor, action, model, what, participants, purpose, request_id, previous_hash, hash)"
        " VALUES (77, '2001-01-01', %s, 'read', 'x', '{}', '{}', '', '', '\\x00', '\\x00')",
        ACTOR,
    )
    write(2)
    entries = list(Entry.objects.order_by("id"))
    assert [entry.id for entry in entries] == [1, 2, 3]
    assert entries[0].at.year > 2001
    assert [bytes(entry.previous_hash) for entry in entries] == [bytes(32), *(bytes(e.hash) for e in entries[:2])]
    assert verify() == f"3 entries, unbroken. Head 3:{bytes(entries[2].hash).hex()}\n"
    assert str(current_head()) == f"3:{bytes(entries[2].hash).hex()}"


def test_an_empty_audit_is_unbroken() -> None:
    assert verify() == f"0 entries, unbroken. Head 0:{'00' * 32}\n"


REFUSED = [
    "UPDATE audit_entry SET purpose = 'none'",
    "UPDATE audit_entry SET id = id WHERE false",
    "DELETE FROM audit_entry",
    "DELETE FROM audit_entry WHERE false",
    "TRUNCATE audit_entry",
    "MERGE INTO audit_entry USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
]


@pytest.mark.parametrize("statement", REFUSED)
@pytest.mark.parametrize("owner", [False, True], ids=["application", "owner"])
def test_nothing_written_can_be_changed_or_removed(statement: str, owner: bool) -> None:
    write(2)
    before = list(Entry.objects.values())
    if owner:
        execute("RESET ROLE")
        execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_untruncated")
    refusal = "the audit only grows" if owner else "permission denied"
    with pytest.raises(ProgrammingError, match=refusal), transaction.atomic():
        execute(statement)
    assert list(Entry.objects.values()) == before


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_unchanged",
        "DROP TRIGGER audit_entry_chain ON audit_entry",
        "DROP TABLE audit_entry",
        "ALTER TABLE audit_entry DROP COLUMN hash",
        "CREATE RULE gone AS ON INSERT TO audit_entry DO INSTEAD NOTHING",
        "SET session_replication_role = replica",
        "UPDATE audit_head SET entries = 0",
        "DELETE FROM audit_head",
        "INSERT INTO audit_head (id, entries, hash) VALUES (true, 0, '')",
        "UPDATE audit_participantkey SET key = ''",
        "SET LOCAL row_security = off; CREATE POLICY hide ON audit_entry USING (false)",
        "SELECT audit_chain_entry()",
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        # The function runs as the owner: on a table of one's own it would move the head.
        "CREATE TEMPORARY TABLE mine (LIKE audit_entry); CREATE TRIGGER mine BEFORE INSERT ON mine"
        " FOR EACH ROW EXECUTE FUNCTION audit_chain_entry()",
    ],
)
@pytest.mark.skipif(not settings.DATABASE_APPLICATION, reason="DATABASE_URL names one role.")
def test_the_application_cannot_take_the_protection_away(statement: str) -> None:
    write(2)
    head = current_head()
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        execute(statement)
    assert refused.value.__cause__.sqlstate == "42501", refused.value  # type: ignore[union-attr]
    assert current_head() == head
    assert verify().startswith("2 entries, unbroken.")


def test_a_table_in_the_way_does_not_catch_what_the_trigger_writes() -> None:
    """`pg_temp` is otherwise looked through first, also by functions that run as somebody else."""
    execute("CREATE TEMPORARY TABLE audit_head (id boolean, entries bigint, hash bytea) ON COMMIT DROP")
    execute("INSERT INTO audit_head VALUES (true, 41, '\\x00')")
    write(1)
    assert Entry.objects.get().id == 1


def test_only_the_audit_itself_is_chained() -> None:
    execute("RESET ROLE")
    execute("CREATE TEMPORARY TABLE mine (LIKE audit_entry) ON COMMIT DROP")
    execute("CREATE TRIGGER mine BEFORE INSERT ON mine FOR EACH ROW EXECUTE FUNCTION audit_chain_entry()")
    with pytest.raises(ProgrammingError, match="only the audit itself is chained"), transaction.atomic():
        execute("INSERT INTO mine (actor) VALUES (%s)", ACTOR)


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_time_make_one_chain() -> None:
    people = [User.objects.create_user(f"{number}@example.org").pk for number in range(4)]
    write(1)
    problems: list[Exception] = []

    def work() -> None:
        try:
            for _ in range(10):
                record(Action.READ, "x", actor=ACTOR, what={}, participants=people)
        except Exception as error:
            problems.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert verify().startswith("41 entries, unbroken.")
    assert {tuple(bytes(mark) for mark in entry.participants) for entry in Entry.objects.filter(model="x")} == {
        tuple(sorted(pseudonyms(people).values()))
    }


# --- tampering by whoever owns the tables


def forge(first: int) -> None:
    """The hashes from one entry on made anew, as the trigger would, so that the chain fits together again."""
    execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_chain")
    execute("CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT * FROM audit_entry WHERE id >= %s", first)
    execute("DELETE FROM audit_entry WHERE id >= %s", first)
    execute(
        "UPDATE audit_head SET entries = %s, hash = (SELECT hash FROM audit_entry WHERE id = %s)", first - 1, first - 1
    )
    execute("INSERT INTO audit_entry SELECT * FROM kept ORDER BY id")


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (["UPDATE audit_entry SET purpose = 'none' WHERE id = 3"], "Entry 3 was changed"),
        (["UPDATE audit_entry SET actor = gen_random_uuid() WHERE id = 3"], "Entry 3 was changed"),
        (["UPDATE audit_entry SET action = 'change' WHERE id = 3"], "Entry 3 was changed"),
        (["UPDATE audit_entry SET model = 'other' WHERE id = 3"], "Entry 3 was changed"),
        (["UPDATE audit_entry SET request_id = 'other' WHERE id = 3"], "Entry 3 was changed"),
        (['UPDATE audit_entry SET what = \'{"page": "row"}\' WHERE id = 3'], "Entry 3 was changed"),
        (["UPDATE audit_entry SET at = at - interval '1 microsecond' WHERE id = 3"], "Entry 3 was changed"),
        (["UPDATE audit_entry SET participants = '{\"\\\\x00\"}' WHERE id = 3"], "Entry 3 was changed"),
        (["UPDATE audit_entry SET purpose = purpose || '1:', request_id = '' WHERE id = 3"], "Entry 3 was changed"),
        (["UPDATE audit_entry SET hash = sha256('') WHERE id = 3"], "Entry 3 was changed"),
        (["UPDATE audit_entry SET previous_hash = sha256('') WHERE id = 3"], "Entry 3 doesn't follow entry 2"),
        (["DELETE FROM audit_entry WHERE id = 3"], "Entry 3 is missing: after 2 comes 4"),
        (["DELETE FROM audit_entry WHERE id = 1"], "Entry 1 is missing: after 0 comes 2"),
        (["DELETE FROM audit_entry WHERE id = 5"], "but the head says 5:"),
        (["DELETE FROM audit_entry"], "The entries end with 0:"),
        (["DELETE FROM audit_head"], "but the head says 0:"),
        (
            ["DELETE FROM audit_entry WHERE id = 3", "UPDATE audit_entry SET id = id - 1 WHERE id > 3"],
            "Entry 3 doesn't follow entry 2",
        ),
        (
            [
                "UPDATE audit_entry SET id = 99 WHERE id = 3",
                "UPDATE audit_entry SET id = 3 WHERE id = 4",
                "UPDATE audit_entry SET id = 4 WHERE id = 99",
            ],
            "Entry 3 doesn't follow entry 2",
        ),
        (
            [
                "INSERT INTO audit_entry SELECT 6, at, actor, action, model, what, participants, purpose, request_id,"
                " hash, sha256('made up') FROM audit_entry WHERE id = 5"
            ],
            "Entry 6 was changed",
        ),
    ],
)
def test_tampering_is_found(statements: list[str], found: str) -> None:
    write(5)
    take_the_triggers_away()
    assert verify().startswith("5 entries, unbroken.")
    for statement in statements:
        execute(statement)
    with pytest.raises(CommandError, match="The audit was tampered with") as refused:
        verify()
    assert found in str(refused.value)
    assert refused.value.returncode == 1


def test_a_chain_written_anew_is_found_by_a_head_noted_elsewhere() -> None:
    write(3)
    noted = str(current_head())
    write(2)
    take_the_triggers_away()
    assert verify("--expect", noted).startswith("5 entries")
    execute("UPDATE audit_entry SET purpose = 'none' WHERE id = 3")
    forge(3)
    assert verify().startswith("5 entries, unbroken.")  # the chain alone can't tell
    with pytest.raises(CommandError, match="Entry 3 has the hash"):
        verify("--expect", noted)


def test_a_cut_end_with_the_head_set_back_is_found_by_a_head_noted_elsewhere() -> None:
    write(5)
    noted = str(current_head())
    take_the_triggers_away()
    execute("DELETE FROM audit_entry WHERE id > 2")
    execute("UPDATE audit_head SET entries = 2, hash = (SELECT hash FROM audit_entry WHERE id = 2)")
    assert verify().startswith("2 entries, unbroken.")
    with pytest.raises(CommandError, match="Entry 5 was expected and the chain ends at 2"):
        verify("--expect", noted)


@pytest.mark.parametrize("text", ["", "5", "5:", "x:00", "-1:" + "00" * 32, "5:zz"])
def test_an_expected_head_has_to_be_one(text: str) -> None:
    with pytest.raises(CommandError, match="is no ID:HASH"):
        verify(f"--expect={text}")


def test_an_audit_that_lost_its_head_takes_nothing_more() -> None:
    write(2)
    execute("RESET ROLE")
    execute("DELETE FROM audit_head")
    with pytest.raises(AuditUnavailable), transaction.atomic():
        write(1)
    assert Entry.objects.count() == 2
    assert not Head.objects.exists()


# --- what is said about it


def test_the_deployment_check_warns_of_a_role_that_could_rewrite_it() -> None:
    assert check_protection(None) == []
    execute("RESET ROLE")
    assert [message.id for message in check_protection(None)] == ["audit.W001"]


def test_the_head_is_logged_for_keeping_elsewhere(caplog: pytest.LogCaptureFixture) -> None:
    """By the handler that is there: configuring again would leave loggers that were used before with the old processors."""
    [stderr] = [handler for handler in logging.getLogger().handlers if type(handler) is logging.StreamHandler]
    write(2)
    written = StringIO()
    previous = stderr.setStream(written)
    try:
        with caplog.at_level(logging.INFO, logger=log_audit_head.__module__):
            log_audit_head()
    finally:
        stderr.setStream(previous)
    line = json.loads(written.getvalue())
    assert (line["event"], line["entries"]) == ("audit_head", 2)
    assert verify("--expect", f"{line['entries']}:{line['hash']}").startswith("2 entries")


# --- participants


def test_a_pseudonym_is_made_once_and_says_nothing(django_assert_num_queries: Any) -> None:
    users = [make_phone().user.pk for _ in range(3)]
    with django_assert_num_queries(2):
        first = pseudonyms(users)
    with django_assert_num_queries(1):
        assert pseudonyms([*users, users[0]]) == first
    assert len(set(first.values())) == 3
    assert {len(mark) for mark in first.values()} == {16}
    assert not set(first.values()) & {user.bytes for user in users}
    assert known_pseudonym(users[0]) == first[users[0]]
    assert known_pseudonym(uuid4()) is None


def test_erasing_an_account_leaves_entries_that_point_at_nobody() -> None:
    user = make_phone().user
    record(Action.READ, "tracker.dietlog", actor=ACTOR, what={}, participants=[user.pk])
    mark = pseudonyms([user.pk])[user.pk]
    user.delete()
    assert not ParticipantKey.objects.exists()
    assert [bytes(kept) for kept in Entry.objects.get().participants] == [mark]
    assert verify().startswith("1 entries, unbroken.")


def test_very_many_participants_take_several_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    assert PARTICIPANTS_IN_ONE == 5_000
    monkeypatch.setattr("backend.audit.recording.PARTICIPANTS_IN_ONE", 2)
    users = [make_phone().user.pk for _ in range(5)]
    record(Action.READ, "x", actor=ACTOR, what={}, participants=users)
    entries = Entry.objects.order_by("id")
    assert [len(entry.participants) for entry in entries] == [2, 2, 1]
    assert {bytes(mark) for entry in entries for mark in entry.participants} == set(pseudonyms(users).values())
