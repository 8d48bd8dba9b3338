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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from django.conf import settings

from config.demo.processes import free_port

ROOT = Path(settings.BASE_DIR)
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat")
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SCRIPTS = Path(sys.executable).parent


def command_of(service: str) -> list[str]:
    """As the container would run it, with variables at their defaults."""
    command = SERVICES[service].get("command") or re.findall(r'"([^"]+)"', DOCKERFILE.splitlines()[-1])
    return [re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", word) for word in command]


# --- the file


def test_every_service_restarts_and_says_how_it_is() -> None:
    for name, service in SERVICES.items():
        assert service["restart"] == ("no" if name == "migrate" else "unless-stopped"), name
        assert ("healthcheck" in service) == (name != "migrate"), name


def test_redis_drops_nothing() -> None:
    assert "--maxmemory-policy noeviction" in " ".join(SERVICES["redis"]["command"])


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
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"):
        uses = re.findall(rf"\$\{{{name}([^}}]*)\}}", text)
        assert uses, name
        assert all(use.startswith(":?") for use in uses), name
        assert re.search(rf"^{name}=$", (ROOT / ".env.example").read_text(), re.MULTILINE), name


def test_every_variable_is_explained() -> None:
    example = (ROOT / ".env.example").read_text()
    guide = (ROOT / "docs" / "deploy.md").read_text()
    for name in set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text())):
        assert re.search(rf"^(# )?{name}=", example, re.MULTILINE), name
        assert f"`{name}`" in guide, name
    for name in re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "config" / "settings.py").read_text()):
        assert f"`{name}`" in guide, name


# --- its commands


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the image would hold: the Dockerfile's COPY lines, less what .dockerignore leaves out."""
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
    return folder


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    """A production environment, with a database of its own."""
    server = os.environ["DATABASE_URL"]
    name = f"engram_deployed_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield {
        "PATH": f"{SCRIPTS}:{os.environ['PATH']}",
        "HOME": "/nonexistent",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "DATABASE_URL": server.rpartition("/")[0] + f"/{name}",
        "REDIS_URL": settings.REDIS_URL,
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "DEFAULT_FROM_EMAIL": "Engram <weekly@example.org>",
        "PUBLIC_URL": "https://engram.example.org",
        "ALLOWED_HOSTS": "engram.example.org",
        "CSRF_TRUSTED_ORIGINS": "https://engram.example.org",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "GRANIAN_HOST": "127.0.0.1",
        "GRANIAN_WORKERS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def migrated(image: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(command_of("migrate"), cwd=image, env=environment, capture_output=True, text=True)
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


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert process.poll() is None
        try:
            get(address)
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(address)


def end(process: subprocess.Popen[bytes]) -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(20)


def test_the_api_serves_behind_a_proxy_and_ends_when_asked(
    image: Path, environment: dict[str, str], migrated: None
) -> None:
    port = free_port("127.0.0.1", preferred=0)
    process = subprocess.Popen(command_of("web"), cwd=image, env={**environment, "GRANIAN_PORT": str(port)})
    try:
        server = f"http://127.0.0.1:{port}"
        wait_for(f"{server}/healthz", process)
        assert get(f"{server}/readyz")[:2] == (200, '{"database": "ok", "redis": "ok"}')
        health = [word.replace("8000", str(port)) for word in SERVICES["web"]["healthcheck"]["test"][1:]]
        assert subprocess.run(health, env=environment).returncode == 0
        host = {"Host": "engram.example.org"}
        status, _, location = get(f"{server}/v1/server", **host)
        assert (status, location) == (301, "https://engram.example.org/v1/server")
        proxied = {**host, "X-Forwarded-Proto": "https"}
        assert get(f"{server}/v1/server", **proxied)[0] == 200
        assert get(f"{server}/static/unfold/css/styles.css", **proxied)[0] == 200
        assert get(f"{server}/docs", **proxied)[0] == 200
        assert get(f"{server}/v1/server", Host="elsewhere.example.org", **{"X-Forwarded-Proto": "https"})[0] == 400
        assert end(process) == 0
    finally:
        process.kill()


def test_the_worker_answers_its_health_check_and_ends_when_asked(
    image: Path, environment: dict[str, str], migrated: None, tmp_path: Path
) -> None:
    name = secrets.token_hex(4)
    process = subprocess.Popen(
        [*command_of("worker"), "--hostname", f"celery@{name}"],
        cwd=image,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        check = SERVICES["worker"]["healthcheck"]["test"][1].replace("$$", "$")
        deadline = time.monotonic() + 40
        while subprocess.run(["sh", "-c", check], cwd=image, env={**environment, "HOSTNAME": name}).returncode:
            assert time.monotonic() < deadline
            assert process.poll() is None
        assert end(process) == 0
    finally:
        process.kill()


def test_beat_keeps_its_schedule_and_ends_when_asked(
    image: Path, environment: dict[str, str], migrated: None, tmp_path: Path
) -> None:
    command = [word.replace("/tmp/", f"{tmp_path}/") for word in command_of("beat")]
    process = subprocess.Popen(command, cwd=image, env=environment, stderr=subprocess.DEVNULL)
    try:
        check = SERVICES["beat"]["healthcheck"]["test"][1].replace("$$", "$").replace("/tmp", str(tmp_path))
        deadline = time.monotonic() + 30
        while subprocess.run(["sh", "-c", check], env=environment).returncode:
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.2)
        assert end(process) == 0
    finally:
        process.kill()


@pytest.mark.parametrize("service", OURS)
@pytest.mark.parametrize(
    "secret", ["", "short", "change-me-" + "x" * 60, settings.DEMO_SECRET_KEY], ids=["none", "short", "sample", "demo"]
)
def test_nothing_starts_on_a_secret_that_is_none(
    image: Path, environment: dict[str, str], service: str, secret: str
) -> None:
    started = subprocess.run(
        command_of(service),
        cwd=image,
        env={**environment, "SECRET_KEY": secret, "GRANIAN_PORT": str(free_port("127.0.0.1", preferred=0))},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert started.returncode != 0
    assert "SECRET_KEY must be a random secret" in started.stdout + started.stderr


def test_djangos_own_deployment_check_finds_nothing(image: Path, environment: dict[str, str]) -> None:
    check = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(check, cwd=image, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
