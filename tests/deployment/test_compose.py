"""The deployment for one machine: its file holds what docs/deploy.md promises, and its commands run, in production mode.

There may be no container engine here. So the files that the image would hold are copied out, and the very commands of
`docker-compose.yml` and `Dockerfile` are run on them as processes.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
import yaml
from django.conf import settings

from config.demo.processes import free_port

ROOT = Path(settings.BASE_DIR)
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat")
DOCKERFILE = (ROOT / "Dockerfile").read_text()
OWNER_URL = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
SCRIPTS = Path(sys.executable).parent
STOP_SECONDS = 10
"""What Docker leaves a container before it kills it."""
MADE_BY_COMPOSE = {
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "REDIS_URL",
    "CSRF_TRUSTED_ORIGINS",
    "ENGRAM_ERASURE_LEDGER",
}
"""Settings that nobody gives in .env: the file makes them of others."""
FOR_DEMOS = {"ENGRAM_DEMO", "ENGRAM_STATE"}

Containers = tuple[dict[str, subprocess.Popen[bytes]], dict[str, str]]


def command_of(service: str) -> list[str]:
    """As the container would run it, with variables at their defaults."""
    command = SERVICES[service].get("command") or re.findall(r'"([^"]+)"', DOCKERFILE.splitlines()[-1])
    return [re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", word) for word in command]


# --- the file


def test_every_service_restarts_and_says_how_it_is() -> None:
    for name, service in SERVICES.items():
        assert service["restart"] == ("no" if name == "migrate" else "unless-stopped"), name
        assert ("healthcheck" in service) == (name != "migrate"), name


def test_redis_drops_nothing_and_is_not_root() -> None:
    assert "--maxmemory-policy noeviction" in " ".join(SERVICES["redis"]["command"])
    assert SERVICES["redis"]["user"] == "redis"


def test_one_service_builds_the_image_and_the_others_wait_for_it() -> None:
    assert [name for name in OURS if "build" in SERVICES[name]] == ["migrate"]
    assert len({SERVICES[name]["image"] for name in OURS}) == 1
    for name in ("web", "worker", "beat"):
        conditions = {other: wait["condition"] for other, wait in SERVICES[name]["depends_on"].items()}
        assert conditions == {
            "db": "service_healthy",
            "redis": "service_healthy",
            "migrate": "service_completed_successfully",
        }, name


def test_the_web_is_healthy_when_both_health_addresses_answer() -> None:
    check = " ".join(SERVICES["web"]["healthcheck"]["test"])
    assert "/healthz" in check
    assert "/readyz" in check


def test_databases_are_reached_from_inside_only() -> None:
    assert "ports" not in SERVICES["db"]
    assert "ports" not in SERVICES["redis"]
    assert all(port.startswith("127.0.0.1:") for service in SERVICES.values() for port in service.get("ports", ()))


def test_our_containers_can_write_nothing_and_gain_nothing() -> None:
    for name in OURS:
        service = SERVICES[name]
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
    assert "USER engram" in DOCKERFILE


def test_no_secret_is_written_down_and_none_has_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "APPLICATION_PASSWORD", "REDIS_PASSWORD"):
        uses = re.findall(rf"\$\{{{name}([^}}]*)\}}", text)
        assert uses, name
        assert all(use.startswith(":?") for use in uses), name
        assert re.search(rf"^{name}=$", (ROOT / ".env.example").read_text(), re.MULTILINE), name


def test_every_variable_is_explained_and_reaches_our_containers() -> None:
    example = (ROOT / ".env.example").read_text()
    guide = (ROOT / "docs" / "deploy.md").read_text()
    settings_names = set(re.findall(r'(?:env\.\w+|secret)\(\s*"(\w+)"', (ROOT / "config" / "settings.py").read_text()))
    given = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    for name in OURS:
        only_for_migrate = {"DATABASE_OWNER_URL"} if name != "migrate" else set()
        assert settings_names - set(SERVICES[name]["environment"]) == FOR_DEMOS | only_for_migrate, name
    for name in given | settings_names - MADE_BY_COMPOSE - FOR_DEMOS:
        assert re.search(rf"^(# )?{name}=", example, re.MULTILINE), name
    for name in given | settings_names:
        assert f"`{name}`" in guide, name


def default_of(service: str, variable: str) -> int:
    """What Compose gives to the container unless .env says otherwise."""
    return int(re.sub(r"\$\{\w+:-(\d+)\}", r"\1", str(SERVICES[service]["environment"][variable])))


def test_everybody_together_leaves_connections_of_postgresql_free() -> None:
    api = default_of("web", "GRANIAN_WORKERS") * default_of("web", "GRANIAN_BLOCKING_THREADS")
    worker = 1 + int(command_of("worker")[command_of("worker").index("--concurrency") + 1])
    assert api + worker <= 100 - 3 - 10, (
        "PostgreSQL's default, less those for superusers, and for commands and a deployment"
    )
    for number in ("WORKERS", "BLOCKING_THREADS"):
        assert f"GRANIAN_{number}={default_of('web', f'GRANIAN_{number}')}" in DOCKERFILE


def test_only_migrations_know_the_owner_of_the_tables() -> None:
    for name in OURS:
        environment = SERVICES[name]["environment"]
        assert environment["DATABASE_URL"].startswith("postgres://engram_app:${APPLICATION_PASSWORD"), name
        assert ("${POSTGRES_PASSWORD" in str(environment)) == (name == "migrate"), name


# --- its commands


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the image would hold: the Dockerfile's COPY lines, less what .dockerignore leaves out, and compiled."""
    folder = tmp_path_factory.mktemp("image")
    ignored = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith(("!", "*"))]
    for source, target in re.findall(r"^COPY (\S+) (\S+)$", DOCKERFILE, re.MULTILINE):
        if source.startswith("requirements"):
            continue
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, folder / target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, folder / target)
    for name in ignored:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    compiling = re.findall(r"^RUN python (-m compileall .+)$", DOCKERFILE, re.MULTILINE)
    subprocess.run([sys.executable, *compiling[0].split()], cwd=folder, check=True)
    return folder


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    """A production environment, with a database of its own."""
    server = OWNER_URL
    name = f"engram_deployed_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield {
        "PATH": f"{SCRIPTS}:{os.environ['PATH']}",
        "HOME": "/nonexistent",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "DATABASE_URL": os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}",
        "REDIS_URL": settings.REDIS_URL,
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "DEFAULT_FROM_EMAIL": "Engram <weekly@example.org>",
        "PUBLIC_URL": "https://engram.example.org",
        "ALLOWED_HOSTS": "engram.example.org",
        "CSRF_TRUSTED_ORIGINS": "https://engram.example.org",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "GRANIAN_HOST": "127.0.0.1",
        "GRANIAN_WORKERS": "1",
        "GRANIAN_BLOCKING_THREADS": str(default_of("web", "GRANIAN_BLOCKING_THREADS")),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def owner_url(environment: dict[str, str]) -> str:
    """Its database, for the role that owns the tables."""
    return OWNER_URL.rpartition("/")[0] + urlsplit(environment["DATABASE_URL"]).path


@pytest.fixture(scope="module")
def migrated(image: Path, environment: dict[str, str]) -> None:
    owner = {"DATABASE_OWNER_URL": owner_url(environment)}
    done = subprocess.run(command_of("migrate"), cwd=image, env=environment | owner, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "foods: " in done.stdout


def get(address: str, **headers: str) -> tuple[int, str, str]:
    class NoRedirect(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *args: Any) -> None:
            return None

    opener = urllib.request.build_opener(NoRedirect)
    try:
        with opener.open(urllib.request.Request(address, headers=headers), timeout=5) as answer:
            return answer.status, answer.read().decode(), ""
    except urllib.error.HTTPError as error:
        return error.code, "", error.headers.get("Location", "")


def wait_for(what: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Until the callable says yes."""
    deadline = time.monotonic() + 30
    while not what():
        assert process.poll() is None, "It ended by itself."
        assert time.monotonic() < deadline
        time.sleep(0.1)


def answers(address: str) -> bool:
    try:
        return get(address)[0] == 200
    except OSError:
        return False


def passes(service: str, environment: dict[str, str], folder: Path) -> bool:
    """Whether the service's own health check says that it is well."""
    kind, *words = SERVICES[service]["healthcheck"]["test"]
    words = [word.replace("8000", environment["GRANIAN_PORT"]).replace("$$", "$") for word in words]
    words = [word.replace("/tmp", environment["TMPDIR"]) for word in words]
    command = words if kind == "CMD" else ["sh", "-c", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True).returncode == 0


@contextmanager
def started(
    command: list[str], folder: Path, environment: dict[str, str], *, output: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own, of which nothing is left afterwards."""
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture(scope="module")
def containers(
    image: Path, environment: dict[str, str], migrated: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Containers]:
    """Web, worker and beat side by side, as they run in production, and the environment that they share."""
    shared = {
        **environment,
        "GRANIAN_PORT": str(free_port("127.0.0.1", preferred=0)),
        "HOSTNAME": secrets.token_hex(4),
        "TMPDIR": str(tmp_path_factory.mktemp("tmp")),
    }
    extra = {"web": [], "worker": ["--hostname", f"celery@{shared['HOSTNAME']}"], "beat": []}
    with ExitStack() as running:
        processes = {}
        for name, words in extra.items():
            command = [word.replace("/tmp/", f"{shared['TMPDIR']}/") for word in command_of(name)]
            processes[name] = running.enter_context(started([*command, *words], image, shared))
        yield processes, shared


def assert_ends_when_asked(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    assert process.wait(STOP_SECONDS) == 0


def test_however_many_ask_at_once_each_thread_holds_one_connection(
    image: Path, environment: dict[str, str], migrated: None
) -> None:
    threads = default_of("web", "GRANIAN_BLOCKING_THREADS")
    port = str(free_port("127.0.0.1", preferred=0))
    server = f"http://127.0.0.1:{port}"
    asking = {"Host": "engram.example.org", "X-Forwarded-Proto": "https", "Authorization": "Bearer nobody's"}
    with (
        started(command_of("web"), image, environment | {"GRANIAN_PORT": port}) as process,
        psycopg.connect(owner_url(environment)) as owner,
        ThreadPoolExecutor(threads + 16) as crowd,
    ):
        wait_for(lambda: answers(f"{server}/healthz"), process)

        def connections() -> int:
            with psycopg.connect(OWNER_URL, autocommit=True) as connection:
                others = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND pid <> %s"
                return len(connection.execute(others, [owner.info.dbname, owner.info.backend_pid]).fetchall())

        owner.execute("LOCK TABLE accounts_devicetoken")
        asked = [crowd.submit(get, f"{server}/v1/me", **asking) for _ in range(threads + 16)]
        wait_for(lambda: connections() >= threads, process)
        time.sleep(0.5)  # for more of them, if there were any
        held = connections()
        owner.rollback()
        assert {request.result()[0] for request in asked} == {401}
    assert held == threads


def test_the_api_serves_behind_a_proxy_and_ends_when_asked(image: Path, containers: Containers) -> None:
    processes, environment = containers
    server = f"http://127.0.0.1:{environment['GRANIAN_PORT']}"
    wait_for(lambda: answers(f"{server}/healthz"), processes["web"])
    assert get(f"{server}/readyz")[:2] == (200, '{"database": "ok", "redis": "ok"}')
    assert passes("web", environment, image)
    host = {"Host": "engram.example.org"}
    status, _, location = get(f"{server}/v1/server", **host)
    assert (status, location) == (301, "https://engram.example.org/v1/server")
    proxied = {**host, "X-Forwarded-Proto": "https"}
    assert get(f"{server}/v1/server", **proxied)[0] == 200
    assert get(f"{server}/static/unfold/css/styles.css", **proxied)[0] == 200
    assert get(f"{server}/docs", **proxied)[0] == 200
    assert get(f"{server}/v1/server", Host="elsewhere.example.org", **{"X-Forwarded-Proto": "https"})[0] == 400
    assert_ends_when_asked(processes["web"])
    assert not passes("web", environment, image)


def test_the_worker_answers_its_health_check_and_ends_when_asked(image: Path, containers: Containers) -> None:
    processes, environment = containers
    # The check waits long for an answer; a worker that listens shows in Redis.
    with redis.Redis.from_url(environment["REDIS_URL"]) as server:
        listening = f"celery@{environment['HOSTNAME']}".encode()
        wait_for(
            lambda: any(listening in name for name in server.smembers("_kombu.binding.celery.pidbox")),
            processes["worker"],
        )
    wait_for(lambda: passes("worker", environment, image), processes["worker"])
    assert_ends_when_asked(processes["worker"])


def test_beat_keeps_its_schedule_and_ends_when_asked(image: Path, containers: Containers) -> None:
    processes, environment = containers
    wait_for(lambda: passes("beat", environment, image), processes["beat"])
    an_age_ago = time.time() - 10 * 60
    for file in Path(environment["TMPDIR"]).glob("beat*"):
        os.utime(file, (an_age_ago, an_age_ago))
    assert not passes("beat", environment, image)
    assert_ends_when_asked(processes["beat"])


@pytest.mark.parametrize(
    "secret",
    [None, "short", "change-me-" + "x" * 60, settings.DEMO_SECRET_KEY],
    ids=["none", "short", "sample", "demo"],
)
def test_nothing_starts_on_a_secret_that_is_none(image: Path, environment: dict[str, str], secret: str | None) -> None:
    given = {name: value for name, value in environment.items() if name != "SECRET_KEY"}
    if secret is not None:
        given["SECRET_KEY"] = secret
    given["GRANIAN_PORT"] = str(free_port("127.0.0.1", preferred=0))
    with ExitStack() as running:
        tries = {
            name: running.enter_context(started(command_of(name), image, given, output=subprocess.PIPE))
            for name in OURS
        }
        for name, process in tries.items():
            said, _ = process.communicate(timeout=30)
            assert process.returncode != 0, name
            assert b"SECRET_KEY must be a random secret" in said, name


def test_djangos_own_deployment_check_finds_nothing(image: Path, environment: dict[str, str]) -> None:
    check = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(check, cwd=image, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
