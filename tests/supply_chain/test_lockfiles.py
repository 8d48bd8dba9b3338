"""What npm installs is pinned by hash, from whatever registry a machine is set up for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("folder", ["clients/typescript", "tests/browser", "tests/e2e"])
def test_every_package_is_pinned_by_hash_and_names_no_registry(folder: str) -> None:
    lock = (ROOT / folder / "package-lock.json").read_text()
    installed = {name: package for name, package in json.loads(lock)["packages"].items() if name}
    assert installed
    assert all(package["integrity"].startswith("sha512-") for package in installed.values())
    assert not any("resolved" in package for package in installed.values())
    assert "registry" not in lock
