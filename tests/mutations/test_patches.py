"""The patches of `make mutants` still fit the tree, so that a safeguard that moves takes its patch along."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.mutations.__main__ import AT_LEAST, HERE, ROOT, Mutant

PATCHES = sorted(HERE.glob("*.patch"))


def test_there_are_enough() -> None:
    assert len(PATCHES) >= AT_LEAST


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.stem)
def test_a_patch_applies_and_names_tests_that_exist(patch: Path) -> None:
    mutant = Mutant.read(patch)
    done = subprocess.run(
        ["git", "apply", "--check", "--unsafe-paths", f"--directory={ROOT}", str(patch)],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert mutant.safeguard
    assert mutant.tests
    for test in mutant.tests:
        file, *_, function = test.split("::")
        assert f"def {function}(" in (ROOT / file).read_text()
