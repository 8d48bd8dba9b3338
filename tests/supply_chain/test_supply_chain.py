"""What is installed: pinned, hashed, from no address in particular, listed in a bill of materials, and looked up."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
REQUIREMENTS = sorted((ROOT / "requirements").glob("*.txt"))
PIN = re.compile(
    r"([a-z0-9][a-z0-9._-]*)(?:\[[a-z,0-9_-]+\])?==([^ ;\\]+)(?: ; [^\\]+)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n"
)
LEFT_OUT = {".venv", ".git", "build", "node_modules", ".engram"}
INDEX = re.compile(r"--(?:extra-)?index-url|--find-links|(?:https?|file|git)[+:]|@ |^-", re.MULTILINE)


def pins(file: Path) -> dict[str, str]:
    return {match[1]: match[2] for match in PIN.finditer(file.read_text())}


@pytest.mark.parametrize("file", REQUIREMENTS, ids=lambda file: file.name)
def test_every_requirement_is_pinned_by_hash_and_names_no_address(file: Path) -> None:
    text = re.sub(r"^#.*\n", "", file.read_text(), flags=re.MULTILINE)
    assert PIN.sub("", text).strip() == ""
    assert len(pins(file)) >= 1
    assert not INDEX.search(text)


def test_what_is_installed_for_tests_is_what_runs_in_production() -> None:
    production, development = (pins(ROOT / "requirements" / f"{name}.txt") for name in ("production", "development"))
    assert production.items() <= development.items()


def test_nothing_of_a_package_manager_names_an_index() -> None:
    """The files of the project that installers read."""
    names = {"pyproject.toml", "package.json", "package-lock.json", ".npmrc", "pip.conf", "uv.toml", "Dockerfile"}
    folders = [path for path in ROOT.iterdir() if path.is_dir() and path.name not in LEFT_OUT]
    files = [*ROOT.glob("*"), *(file for folder in folders for file in folder.rglob("*"))]
    read = [str(file.relative_to(ROOT)) for file in files if file.name in names and "node_modules" not in file.parts]
    assert "pyproject.toml" in read
    for name in read:
        text = (ROOT / name).read_text()
        assert not re.search(r"index-url|\"resolved\"|^registry|find-links", text, re.MULTILINE), name


def test_the_bill_of_materials_lists_every_package_and_is_the_same_each_time(tmp_path: Path) -> None:
    written = []
    for number in range(2):
        file = tmp_path / f"{number}.json"
        done = subprocess.run(["make", "sbom", f"SBOM={file}"], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        written.append(file.read_bytes())
    assert written[0] == written[1]
    document = json.loads(written[0])
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    assert document["metadata"]["component"]["name"] == "engram"
    assert "serialNumber" not in document
    assert "timestamp" not in document["metadata"]
    listed = {component["name"]: component["version"] for component in document["components"]}
    assert listed == pins(ROOT / "requirements" / "production.txt")


# --- the audit, with a program that says what pip-audit would


PREAMBLE = "import json, sys\nsource = sys.argv[sys.argv.index('--vulnerability-service') + 1]\n"


def audit(tmp_path: Path, script: str) -> subprocess.CompletedProcess[str]:
    program = tmp_path / "pip-audit"
    program.write_text(f"#!{sys.executable}\n{PREAMBLE}{script}")
    program.chmod(0o755)
    command = [sys.executable, str(ROOT / ".ci" / "audit.py"), str(program)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def says(*packages: dict[str, Any]) -> str:
    return f"print(json.dumps({{'dependencies': {list(packages)!r}, 'fixes': []}}))\n"


def package(name: str, *vulnerabilities: str) -> dict[str, Any]:
    return {
        "name": name,
        "version": "1.0",
        "vulns": [{"id": each, "fix_versions": ["1.1"]} for each in vulnerabilities],
    }


def skipped(name: str) -> dict[str, Any]:
    return {"name": name, "skip_reason": "Dependency not found and could not be audited"}


def by_source(first: str, second: str) -> str:
    return f"if source == 'pypi':\n    {first}else:\n    {second}"


UNREACHABLE = "sys.stderr.write('requests.exceptions.ConnectionError: Max retries exceeded')\nsys.exit(1)\n"


@pytest.mark.parametrize(
    ("script", "code", "said"),
    [
        (says(package("a"), package("b")), 0, "2 packages, no known vulnerability (pypi)"),
        (says(package("a"), package("b", "PYSEC-1")) + "sys.exit(1)", 1, "b 1.0: PYSEC-1; fixed in 1.1"),
        (UNREACHABLE, 0, "SKIPPED. No source of advisories can be reached"),
        (says(skipped("a"), skipped("b")), 0, "SKIPPED. No source of advisories can be reached"),
        (says(package("a"), skipped("b")), 1, "not judged by any source: b"),
        (by_source(says(package("a"), skipped("b")), says(package("a"), package("b"))), 0, "(osv)"),
        (by_source(says(skipped("a")), says(package("a", "GHSA-1"))), 1, "a 1.0: GHSA-1"),
        ("sys.stderr.write('AssertionError: a defect')\nsys.exit(1)\n", 1, ""),
        ("print('not json')\n", 1, ""),
    ],
    ids=[
        "none",
        "one",
        "unreachable",
        "knows nothing",
        "knows half",
        "the other knows",
        "the other finds",
        "fails",
        "babbles",
    ],
)
def test_the_audit_tells_what_it_found_from_what_it_could_not_ask(
    tmp_path: Path, script: str, code: int, said: str
) -> None:
    done = audit(tmp_path, script)
    assert (done.returncode, said in done.stdout) == (code, True), done.stdout + done.stderr


def test_the_ci_run_audits_first() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert [line for line in lines if line.startswith(("make", "exec"))] == [
        "make --no-print-directory audit",
        "exec make --no-print-directory test",
    ]
