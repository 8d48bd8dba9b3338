"""`make mutants`: each safeguard is broken by a small patch, and the test that has to notice must fail.

Every `*.patch` here is one safeguard. Its first lines say what it guards and which test sees to it (`Test:`; several lines if
several do). It is applied to a copy of the tree; the working tree stays as it is. A patch that doesn't apply any more fails the
run: the safeguard has moved, and the patch has to follow it. `python -m tests.mutations NAME …` runs some of them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from time import perf_counter

from tests.figures import Figures

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TREES = 2
AT_LEAST = 12
PYTEST_FAILED = 1  # its exit code when tests ran and some failed
IGNORED = shutil.ignore_patterns(
    ".git", ".venv", ".engram", "build", "node_modules", "__pycache__", ".*_cache", ".hypothesis"
)


@dataclass(frozen=True)
class Mutant:
    name: str
    safeguard: str
    tests: tuple[str, ...]
    patch: Path

    @classmethod
    def read(cls, patch: Path) -> Mutant:
        lines = patch.read_text().partition("\n--- ")[0].splitlines()
        said = [line.partition(": ")[::2] for line in lines if ": " in line]
        (safeguard,) = (text for key, text in said if key == "Safeguard")
        tests = tuple(text for key, text in said if key == "Test")
        return cls(patch.stem, safeguard, tests, patch)


@dataclass(frozen=True)
class Verdict:
    mutant: Mutant
    detected: bool
    said: str
    seconds: float


class Tree:
    """A copy of the tree, with a database and a Redis database of its own."""

    def __init__(self, number: int, folder: Path) -> None:
        self.folder = folder / f"tree{number}"
        shutil.copytree(ROOT, self.folder, ignore=IGNORED)
        redis, _, _ = os.environ["REDIS_URL"].rpartition("/")
        database, _, name = os.environ["DATABASE_URL"].rpartition("/")
        self.environment = {
            **os.environ,
            "DATABASE_URL": f"{database}/{name}_mutants_{number}",
            "REDIS_URL": f"{redis}/{8 + number}",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def pytest(self, *tests: str) -> subprocess.CompletedProcess[str]:
        options = ["-q", "-x", "--tb=line", "-p", "no:cacheprovider"]
        return subprocess.run(
            [sys.executable, "-m", "pytest", *options, *tests],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def apply(self, patch: Path, *options: str) -> str:
        """What is wrong with the patch; nothing if it was applied."""
        done = subprocess.run(
            ["git", "apply", "--unsafe-paths", f"--directory={self.folder}", *options, str(patch)],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stderr if done.returncode else ""

    def judge(self, mutant: Mutant) -> Verdict:
        started = perf_counter()
        if wrong := self.apply(mutant.patch):
            return Verdict(mutant, False, f"the patch doesn't apply any more: {wrong.strip()}", 0.0)
        try:
            migrates = "/migrations/" in mutant.patch.read_text()
            done = self.pytest("--create-db" if migrates else "--reuse-db", *mutant.tests)
        finally:
            assert not self.apply(mutant.patch, "--reverse")
        detected = done.returncode == PYTEST_FAILED and " failed" in done.stdout.splitlines()[-1]
        return Verdict(mutant, detected, done.stdout.splitlines()[-1], perf_counter() - started)


def main() -> int:
    names = sys.argv[1:]
    mutants = [Mutant.read(patch) for patch in sorted(HERE.glob("*.patch")) if not names or patch.stem in names]
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        trees: Queue[Tree] = Queue()
        for number in range(TREES):
            trees.put(Tree(number, Path(folder)))
        if not _all_green(trees, mutants):
            return 1

        def judge(mutant: Mutant) -> Verdict:
            tree = trees.get()
            try:
                return tree.judge(mutant)
            finally:
                trees.put(tree)

        with ThreadPoolExecutor(TREES) as threads:
            verdicts = list(threads.map(judge, mutants))
    for verdict in verdicts:
        sign = "detected" if verdict.detected else "MISSED"
        print(f"  {verdict.mutant.name:<22}{sign:<10}{verdict.seconds:>6.1f} s  {verdict.mutant.safeguard}", flush=True)
        if not verdict.detected:
            print(f"    {verdict.said}")
    figures = Figures("mutants")
    figures.at_least("safeguards broken and detected", sum(item.detected for item in verdicts), "", len(mutants))
    if not names:
        figures.at_least("safeguards", len(mutants), "", AT_LEAST)
    return 0 if figures.write() else 1


def _all_green(trees: Queue[Tree], mutants: list[Mutant]) -> bool:
    """Without a patch every one of the tests passes: else a failure would prove nothing."""
    tree = trees.get()
    done = tree.pytest("--create-db", *sorted({test for mutant in mutants for test in mutant.tests}))
    trees.put(tree)
    if done.returncode:
        print(done.stdout, "\nThese fail without any mutation.", file=sys.stderr)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
