"""`config/bootstrap.py` in a project of its own, offline: packages come from a folder, and uv can't be had."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from config.embedded.places import PROJECT
from tests.embedded.conftest import ENVIRONMENT

METADATA = "Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n"
WHEEL = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with Engram's bootstrap, a wheel in a folder, and a requirements file that pins it."""
    project = tmp_path_factory.mktemp("a project")
    (project / "config").mkdir()
    (project / "requirements").mkdir()
    shutil.copy(PROJECT / "config" / "bootstrap.py", project / "config")
    shutil.copy(PROJECT / "requirements" / "uv.txt", project / "requirements")
    wheel = project / "greeting-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("greeting.py", "text = 'hello'\n")
        archive.writestr("greeting-1.0.dist-info/METADATA", METADATA)
        archive.writestr("greeting-1.0.dist-info/WHEEL", WHEEL)
        archive.writestr("greeting-1.0.dist-info/RECORD", "")
    pin(project, "good.txt", hashlib.sha256(wheel.read_bytes()).hexdigest())
    pin(project, "forged.txt", "0" * 64)
    return project


def pin(project: Path, name: str, digest: str) -> None:
    (project / "requirements" / name).write_text(f"greeting==1.0 --hash=sha256:{digest}\n")


def bootstrap(project: Path, requirements: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "config/bootstrap.py", f"requirements/{requirements}"],
        cwd=project,
        env=ENVIRONMENT | {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": project.as_uri()},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_pinned_file_is_installed_once_and_a_forged_package_never(project: Path) -> None:
    forged = bootstrap(project, "forged.txt")
    assert forged.returncode == 1
    assert steps(forged) == [
        f"Creating .venv with Python {sys.version_info[0]}.{sys.version_info[1]}",
        "Installing uv",
        "Installing forged.txt with pip",
    ]
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in forged.stdout

    good = bootstrap(project, "good.txt")
    assert (good.returncode, steps(good)) == (0, ["Installing uv", "Installing good.txt with pip"])
    greeting = [".venv/bin/python", "-c", "import greeting; print(greeting.text)"]
    assert subprocess.check_output(greeting, cwd=project, text=True) == "hello\n"

    again = bootstrap(project, "good.txt")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def steps(result: subprocess.CompletedProcess[str]) -> list[str]:
    return [line.split(" … ")[0] for line in result.stdout.splitlines() if " … " in line]
