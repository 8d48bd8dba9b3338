"""What npm installs is pinned by hash, from whatever registry a machine is set up for."""

from __future__ import annotations

import json
from pathlib import Path

LOCK = Path(__file__).parent / "package-lock.json"


def test_every_package_is_pinned_by_hash_and_names_no_registry() -> None:
    packages = json.loads(LOCK.read_text())["packages"]
    installed = {name: package for name, package in packages.items() if name}
    assert installed
    assert all(package["integrity"].startswith("sha512-") for package in installed.values())
    assert not any("resolved" in package for package in installed.values())
    assert "registry" not in LOCK.read_text()
