"""5 000 generated requests over the whole document; `make fuzz` sends 100 000."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.contract import operations
from tests.security.fuzzing import Fuzz
from tests.security.unlimited import UNLIMITED

REQUESTS = 5000
SUCCESSES = 20
SEED = 20261124


@pytest.mark.django_db(transaction=True)
def test_no_request_that_can_be_generated_breaks_the_contract(
    catalogue: None, capsys: pytest.CaptureFixture[str], settings: Any
) -> None:
    settings.RATE_LIMITS = UNLIMITED
    seed = int(os.environ.get("FUZZ_SEED", SEED))
    report = Fuzz(seed=seed).run(REQUESTS, successes=SUCCESSES)
    with capsys.disabled():
        print("\n" + report.table())
    assert not report.failures, "\n\n".join(report.failures.values())
    assert report.total >= REQUESTS
    names = {operation.name for operation in operations()}
    assert {name for name in names if report.successes[name] < SUCCESSES} == set()
