"""What programs get from `embedded_services`: servers that work, are shared, come back and go away."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from psycopg import errors

from config.embedded.accounts import EmbeddedError
from config.embedded.places import Place
from config.embedded.postgres import PostgresServer
from config.embedded.sessions import ServiceUrls, embedded_services
from tests.embedded.conftest import Installation, until


def query(urls: ServiceUrls, statement: str) -> object:
    """As the owner of the database."""
    return query_at(urls.database_owner_url, statement)


def query_at(url: str, statement: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def ask_valkey(urls: ServiceUrls, *words: str) -> object:
    with redis.Redis.from_url(urls.redis_url) as client:
        return client.execute_command(*words)


def process_of(installation: Installation, server: str, which: str = "pid") -> int:
    running = json.loads((installation.state / server / "running.json").read_text())
    return int(running[which])


@pytest.mark.parametrize(
    ("throwaway", "settings"),
    [
        pytest.param(False, {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}, id="durable"),
        pytest.param(True, {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}, id="throwaway"),
    ],
)
def test_servers_have_the_settings_that_their_use_needs(
    installation: Installation, throwaway: bool, settings: dict[str, str]
) -> None:
    with embedded_services(state=installation.state, throwaway=throwaway) as urls:
        for name, value in settings.items():
            assert query(urls, f"SHOW {name}") == value
        assert query(urls, "SHOW listen_addresses") == "127.0.0.1"
        assert query(urls, "SHOW max_connections") == "200"
        assert query(urls, "SHOW timezone") == "UTC"
        assert query(urls, "SELECT current_user || '/' || current_database()") == "engram/engram"
        assert query(urls, "SELECT rolcreatedb AND NOT rolsuper FROM pg_roles WHERE rolname = 'engram'") is True
        assert query(urls, "SELECT lower('Ä') || upper('ø')") == "äØ"
        assert ask_valkey(urls, "CONFIG", "GET", "maxmemory-policy") == {b"maxmemory-policy": b"noeviction"}
        assert ask_valkey(urls, "CONFIG", "GET", "appendonly") == {b"appendonly": b"no"}


def test_nobody_gets_in_without_the_password(installation: Installation) -> None:
    with embedded_services(state=installation.state) as urls:
        for user in ("engram", "engram_app", "postgres"):
            address = f"postgres://{user}:guess@127.0.0.1:{urlsplit(urls.database_url).port}/engram"
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                psycopg.connect(address)
        with socket.create_connection(("127.0.0.1", urlsplit(urls.redis_url).port or 0)) as connection:
            connection.sendall(b"PING\r\n")
            assert connection.recv(100) == b"-NOAUTH Authentication required.\r\n"
        for file in ("postgres/password", "postgres/application_password", "valkey/password"):
            assert (installation.state / file).stat().st_mode & 0o777 == 0o600
            assert not any((installation.state / file).read_text() in line for line in installation.processes())


def test_the_application_is_neither_the_owner_nor_can_it_become_one(installation: Installation) -> None:
    with embedded_services(state=installation.state) as urls:
        assert query_at(urls.database_url, "SELECT current_user || '/' || current_database()") == "engram_app/engram"
        assert urlsplit(urls.database_url).password != urlsplit(urls.database_owner_url).password
        query(urls, "CREATE TABLE owned AS SELECT 42 AS answer")
        for refused in (
            "SELECT answer FROM owned",
            "DROP TABLE owned",
            "CREATE TABLE own ()",
            "CREATE DATABASE another",
            "SET ROLE engram",
            "SET session_replication_role = replica",
            "ALTER ROLE engram PASSWORD 'known'",
        ):
            with pytest.raises((errors.InsufficientPrivilege, errors.WrongObjectType)):
                query_at(urls.database_url, refused)
        query(urls, "DROP TABLE owned")


def test_data_from_before_there_was_an_application_role_gets_one(installation: Installation) -> None:
    with embedded_services(state=installation.state) as urls:
        query(urls, "CREATE TABLE kept AS SELECT 42 AS answer")
    PostgresServer(Place(installation.state, "postgres"))._as_superuser(
        "DROP ROLE engram_app\n", data_folder(installation)
    )
    (data_folder(installation) / "engram_app").unlink()
    (installation.state / "postgres" / "application_password").unlink()
    with embedded_services(state=installation.state) as urls:
        assert query_at(urls.database_url, "SELECT current_user::text") == "engram_app"
        assert query(urls, "SELECT answer FROM kept") == 42
        query(urls, "DROP TABLE kept")


def test_data_and_ports_survive_and_a_busy_port_is_left_alone(installation: Installation) -> None:
    with embedded_services(state=installation.state) as first:
        query(first, "CREATE TABLE kept AS SELECT 42 AS answer")
    with embedded_services(state=installation.state) as second:
        assert second == first
        assert query(second, "SELECT answer FROM kept") == 42
    with (
        socket.create_server(("127.0.0.1", urlsplit(first.database_url).port or 0)),
        embedded_services(state=installation.state) as third,
    ):
        assert urlsplit(third.database_url).port != urlsplit(first.database_url).port
        assert third.redis_url == first.redis_url
        assert query(third, "SELECT answer FROM kept") == 42
        query(third, "DROP TABLE kept")


def test_two_users_share_the_servers_and_the_last_one_stops_them(installation: Installation) -> None:
    with embedded_services(state=installation.state) as outer:
        with embedded_services(state=installation.state) as inner:
            assert inner == outer
            process = process_of(installation, "postgres")
        assert process_of(installation, "postgres") == process
        assert query(outer, "SELECT 1") == 1
    assert installation.processes() == []


def test_throwaway_runs_side_by_side_have_a_database_each(installation: Installation) -> None:
    with embedded_services(state=installation.state, throwaway=True) as first:
        with embedded_services(state=installation.state, throwaway=True) as second:
            assert query(first, "SELECT current_database()") == "engram"
            assert query(second, "SELECT current_database()") == "engram_1"
            assert [urlsplit(urls.redis_url).path for urls in (first, second)] == ["/0", "/8"]
            ask_valkey(first, "SET", "key", "first")
            assert ask_valkey(second, "GET", "key") is None
        with pytest.raises(EmbeddedError, match="in use with --throwaway"), embedded_services(state=installation.state):
            pass


@pytest.mark.parametrize("server", ["postgres", "valkey"])
def test_a_killed_server_comes_back_where_it_was(installation: Installation, server: str) -> None:
    with embedded_services(state=installation.state) as urls:
        query(urls, "CREATE TABLE acknowledged AS SELECT 7 AS log")
        killed = process_of(installation, server)
        os.kill(killed, signal.SIGKILL)
        assert until(lambda: process_of(installation, server) != killed)
        assert query(urls, "SELECT log FROM acknowledged") == 7
        assert ask_valkey(urls, "PING") is True
        query(urls, "DROP TABLE acknowledged")


def test_a_killed_server_comes_back_though_its_sessions_linger(installation: Installation) -> None:
    with embedded_services(state=installation.state) as urls:
        busy = psycopg.connect(urls.database_url)
        busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 10000000)")  # doesn't look up for a second
        killed = process_of(installation, "postgres")
        os.kill(killed, signal.SIGKILL)
        assert until(lambda: process_of(installation, "postgres") != killed)
        assert query(urls, "SELECT 1") == 1
        busy.close()


def test_after_everything_was_killed_the_next_run_finds_the_data(installation: Installation) -> None:
    with embedded_services(state=installation.state) as urls:
        query(urls, "CREATE TABLE acknowledged AS SELECT 7 AS log")
        for which in ("keeper", "pid"):
            os.kill(process_of(installation, "postgres", which), signal.SIGKILL)
    with embedded_services(state=installation.state) as urls:
        assert query(urls, "SELECT log FROM acknowledged") == 7
        query(urls, "DROP TABLE acknowledged")


def test_a_file_left_by_a_killed_server_whose_number_another_process_has(installation: Installation) -> None:
    with embedded_services(state=installation.state):
        data = data_folder(installation)
    # PostgreSQL itself only minds processes of its own account.
    with subprocess.Popen(["sleep", "15.25"], user=data.stat().st_uid) as other:
        (data / "postmaster.pid").write_text(f"{other.pid}\n{data}\n")
        with embedded_services(state=installation.state) as urls:
            assert query(urls, "SELECT 1") == 1
        assert other.poll() is None
        other.kill()


def test_throwaway_data_that_a_power_cut_broke_is_made_anew(installation: Installation) -> None:
    with embedded_services(state=installation.state, throwaway=True):
        data = data_folder(installation)
    (data / "global" / "pg_control").write_bytes(b"")
    with embedded_services(state=installation.state, throwaway=True) as urls:
        assert query(urls, "SELECT 1") == 1


def test_durable_data_that_is_broken_is_reported_and_never_touched(installation: Installation) -> None:
    with embedded_services(state=installation.state):
        data = data_folder(installation)
    (data / "PG_VERSION").write_text("17\n")
    with (
        pytest.raises(EmbeddedError, match="was written by PostgreSQL 17; this Engram brings 18"),
        embedded_services(state=installation.state),
    ):
        pass
    (data / "PG_VERSION").write_text("18\n")
    with embedded_services(state=installation.state) as urls:
        assert query(urls, "SELECT 1") == 1


def test_a_copied_state_shares_nothing_with_the_first_and_a_moved_one_keeps_its_data(tmp_path: Path) -> None:
    first, copy, moved = (Installation(tmp_path / name) for name in ("first", "copy", "moved"))
    with embedded_services(state=first.state, throwaway=True) as urls:
        query(urls, "CREATE TABLE kept AS SELECT 42 AS answer")
    shutil.copytree(first.state, copy.state)
    with (
        embedded_services(state=first.state, throwaway=True) as urls,
        embedded_services(state=copy.state, throwaway=True) as urls_of_copy,
    ):
        query(urls_of_copy, "CREATE TABLE copied ()")
        assert query(urls, "SELECT to_regclass('kept') IS NOT NULL AND to_regclass('copied') IS NULL") is True
    first.state.rename(moved.state)
    with embedded_services(state=moved.state, throwaway=True) as urls:
        assert query(urls, "SELECT answer FROM kept") == 42
    for installation in (copy, moved):
        assert installation.run("delete").returncode == 0
        assert installation.processes() == []


def data_folder(installation: Installation) -> Path:
    home = installation.state / "postgres" / "home"
    return (Path(home.read_text().strip()) if home.exists() else home.parent) / "data"
