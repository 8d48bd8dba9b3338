"""Looks up known vulnerabilities of what `requirements/production.txt` pins: `python .ci/audit.py [pip-audit program]`.

0: each package was looked up and has none, or no source of advisories can be reached, which is said aloud. 1: a vulnerability,
a package that a reached source could not judge, or a failure of the audit itself. Ends within a minute.
"""

# ruff: noqa: T201, S603 - a program for the command line that runs the program named here

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
REQUIREMENTS = PROJECT / "requirements" / "production.txt"
SOURCES = ("pypi", "osv")
SECONDS = 60
UNREACHABLE = (
    "ConnectionError",
    "Connection refused",
    "Could not connect",
    "Max retries exceeded",
    "timed out",
    "ProxyError",
)


class Unreachable(Exception):
    """A source of advisories that doesn't answer, or not about advisories."""


def main(program: str) -> int:
    deadline = time.monotonic() + SECONDS
    unjudged: set[str] | None = None
    for source in SOURCES:
        try:
            packages = look_up(program, source, seconds=deadline - time.monotonic())
        except Unreachable as error:
            print(f"audit: {source} can't be asked: {error}", flush=True)
            continue
        vulnerable = [package for package in packages if package.get("vulns")]
        for package in vulnerable:
            ids = ", ".join(each["id"] for each in package["vulns"])
            fixes = sorted({version for each in package["vulns"] for version in each.get("fix_versions", [])})
            print(
                f"audit: {package['name']} {package['version']}: {ids}; fixed in {', '.join(fixes) or 'no version yet'}"
            )
        if vulnerable:
            return 1
        skipped = {package["name"] for package in packages if "skip_reason" in package}
        unjudged = skipped if unjudged is None else unjudged & skipped
        if not unjudged:
            print(f"audit: {len(packages)} packages, no known vulnerability ({source})")
            return 0
    if unjudged is None:
        print("audit: SKIPPED. No source of advisories can be reached from here; nothing was looked up.")
        return 0
    print(f"audit: not judged by any source: {', '.join(sorted(unjudged))}")
    return 1


def look_up(program: str, source: str, *, seconds: float) -> list[dict[str, Any]]:
    """pip-audit's word on each package. Raises Unreachable; exits on any other failure."""
    command = [program, "--requirement", str(REQUIREMENTS), "--disable-pip", "--require-hashes"]
    options = ["--vulnerability-service", source, "--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    try:
        done = subprocess.run(
            [*command, *options], capture_output=True, text=True, timeout=max(seconds, 1), check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Unreachable("no answer in time") from error
    try:
        packages: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (json.JSONDecodeError, KeyError, TypeError):
        last = (done.stderr.strip().splitlines() or ["nothing was said"])[-1]
        if any(sign in done.stderr for sign in UNREACHABLE):
            raise Unreachable(last[:200]) from None
        sys.exit(f"audit: pip-audit failed: {last}")
    if packages and all("skip_reason" in package for package in packages):
        # A mirror that serves packages and knows nothing of advisories; pip-audit itself calls that a success.
        raise Unreachable("it knows none of the packages")
    return packages


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else str(Path(sys.executable).parent / "pip-audit")))
