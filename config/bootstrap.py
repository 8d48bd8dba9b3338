"""Makes `.venv` and installs a pinned requirements file: `python3 config/bootstrap.py requirements/embedded.txt`.

Needs nothing but Python itself. A file that is installed already costs a look at its stamp.
"""

# ruff: noqa: T201, S603 - a program for the command line that runs the programs named here

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - whoever starts this with an older one must learn why it fails
    sys.exit(
        f"Engram needs Python 3.11 or newer, and {sys.executable} is Python {sys.version.split()[0]}. "
        "Name another: make PYTHON=python3.12 demo"
    )

import fcntl
import hashlib
import importlib.util
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
VENV = PROJECT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "engram-requirements.json"
UV_REQUIREMENTS = PROJECT / "requirements" / "uv.txt"
# uv doesn't read pip's settings, so those that say where packages come from are handed on.
UV_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
}


def main(arguments: list[str]) -> None:
    if len(arguments) != 1:
        sys.exit(__doc__)
    requirements = Path(arguments[0]).resolve()
    with only_one():
        stamps = read_stamps()
        digest = hashlib.sha256(requirements.read_bytes()).hexdigest()
        if stamps.get(requirements.name) == digest:
            return
        if not stamps and not (VENV / "bin" / "pip").exists():
            create_venv()
        install(requirements)
        STAMPS.write_text(json.dumps({**stamps, requirements.name: digest}, indent=1) + "\n")


@contextmanager
def only_one() -> Iterator[None]:
    """Let a second `make` in the same folder wait for the first."""
    folder = os.open(PROJECT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def read_stamps() -> dict[str, str]:
    """The digest of each requirements file as it was installed; none if the Python below `.venv` has gone."""
    if not (VENV_PYTHON.exists() and STAMPS.exists()):
        return {}
    stamps: dict[str, str] = json.loads(STAMPS.read_text())
    return stamps


def create_venv() -> None:
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if importlib.util.find_spec("ensurepip") is None:
        sys.exit(
            "This Python can't make virtual environments: its module ensurepip is missing. On Debian and Ubuntu "
            f"the package python{version}-venv brings it: apt-get install python{version}-venv"
        )
    with step(f"Creating .venv with Python {version}"):
        run([sys.executable, "-m", "venv", "--clear", str(VENV)])


def install(requirements: Path) -> None:
    """Install what the file pins, checked by hash, and take nothing away that is there already."""
    uv = find_uv()
    if uv:
        with step(f"Installing {requirements.name} with uv"):
            command = [uv, "pip", "install", "--quiet", "--python", str(VENV_PYTHON), "--require-hashes"]
            if succeeds([*command, "-r", str(requirements)], environment=uv_environment()):
                return
        print("uv could not install it; pip tries the same.", flush=True)
    with step(f"Installing {requirements.name} with pip"):
        run([*pip("install"), "--quiet", "--require-hashes", "-r", str(requirements)])


def find_uv() -> str | None:
    """The pinned uv in `.venv`, put there first if need be; None where it can't be had."""
    uv = VENV / "bin" / "uv"
    if not uv.exists():
        with step("Installing uv"):
            command = [*pip("install"), "--quiet", "--require-hashes", "--only-binary", ":all:"]
            if not succeeds([*command, "-r", str(UV_REQUIREMENTS)]):
                return None
    return str(uv)


def pip(action: str) -> list[str]:
    return [str(VENV_PYTHON), "-m", "pip", action, "--disable-pip-version-check", "--no-input"]


def uv_environment() -> dict[str, str]:
    """The environment with pip's sources of packages under uv's names; what is set for uv itself wins."""
    listed = subprocess.run([*pip("config"), "list"], capture_output=True, text=True, check=False).stdout
    # With hashes it doesn't matter which index a file comes from; pip looks in all of them too.
    environment = {"UV_PYTHON_DOWNLOADS": "never", "UV_INDEX_STRATEGY": "unsafe-best-match"}
    # Listed from the weakest, a file for all users, to the strongest, pip's own variables.
    settings = [line.partition("=") for line in sorted(listed.splitlines(), key=lambda line: line.startswith(":env:"))]
    for key, _, value in settings:
        name = key.removeprefix(":env:").rpartition(".")[2]
        words = value.strip("'\"").replace("\\n", " ").split()
        if name in UV_NAMES and words:
            words = [word for word in words if not is_missing_folder(word)]
            environment[UV_NAMES[name]] = ("," if name == "find-links" else " ").join(words)
    return {**{name: value for name, value in environment.items() if value}, **os.environ}


def is_missing_folder(source: str) -> bool:
    """pip passes over a local source that isn't there, uv stops at it."""
    path = source.removeprefix("file://")
    return path.startswith("/") and not Path(path).exists()


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say what is being done, and how long it took."""
    print(f"{what} … ", end="", flush=True)
    start = time.monotonic()
    try:
        yield
    finally:
        print(f"{time.monotonic() - start:.1f} s", flush=True)


def run(command: list[str]) -> None:
    if not succeeds(command):
        sys.exit(f"This failed, for the reason above: {' '.join(command)}")


def succeeds(command: list[str], environment: dict[str, str] | None = None) -> bool:
    """Run a command; show what it wrote only when it fails."""
    result = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if result.returncode:
        print(f"failed:\n{result.stdout.strip()}", flush=True)
    return result.returncode == 0


if __name__ == "__main__":
    main(sys.argv[1:])
