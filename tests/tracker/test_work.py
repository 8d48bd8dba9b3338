"""`manage.py work`, called from a process that goes on afterwards."""

from __future__ import annotations

import signal
from io import StringIO

import pytest
from django.core.management import call_command


@pytest.mark.django_db(transaction=True)
def test_handlers_of_signals_are_given_back(catalogue: None) -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    call_command("work", once=True, stdout=StringIO())
    assert {number: signal.getsignal(number) for number in before} == before
