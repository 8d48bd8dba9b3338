"""The TypeScript client: generated types of the document as it is, packed, installed into an empty folder, and tested there."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.contract import document

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "clients" / "typescript"
LOCK = CLIENT / "package-lock.json"
CLIENT_PROCESS = CLIENT / "compiled" / "processes" / "client-process.js"
RUNS = "40"  # random histories of each law; many more when the client is worked on

needs_node = pytest.mark.skipif(shutil.which("npm") is None, reason="needs Node 20 or newer, with npm")


def npm(*arguments: str, **environment: str) -> str:
    ran = subprocess.run(
        ["npm", *arguments], cwd=CLIENT, capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )
    assert ran.returncode == 0, f"npm {' '.join(arguments)}\n{ran.stdout[-8000:]}\n{ran.stderr[-4000:]}"
    return ran.stdout


def install() -> None:
    """As the lock file says, once for each lock file."""
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    stamp = CLIENT / "node_modules" / ".installed"
    if not stamp.exists() or stamp.read_text() != wanted:
        npm("ci", "--silent")
        stamp.write_text(wanted)


def generate(folder: Path) -> None:
    """Install, and make the types from the document as it is."""
    schema = folder / "openapi.json"
    schema.write_text(json.dumps(document()))
    install()
    npm("run", "--silent", "generate", OPENAPI=str(schema))


def build_client_process(folder: Path) -> None:
    """`CLIENT_PROCESS`, for those who kill it."""
    generate(folder)
    npm("run", "--silent", "build-tests")


@needs_node
def test_the_client_works_as_it_is_installed(tmp_path: Path) -> None:
    generate(tmp_path)
    output = npm("test", "--silent", RUNS=RUNS)
    assert "\n# fail 0\n" in output
    assert "\n# skipped 0\n" in output
