"""Versions of the catalogue: whoever asks for what has changed misses nothing, however late it commits."""

from __future__ import annotations

from threading import Event, Thread

import pytest
from django.db import connection, transaction

from tests.conftest import Phone
from tracker.catalogue.changing import change_entries
from tracker.models import Food


def change(code: str) -> None:
    food = Food(code=code, labels={"en": code}, household_measures={"en": "1 cup"}, source="A test")
    change_entries(Food, [food], by=None, reason="A test")


@pytest.mark.django_db(transaction=True)
def test_a_change_that_commits_late_is_not_missed(phone: Phone) -> None:
    changed, may_commit = Event(), Event()

    def late() -> None:
        try:
            with transaction.atomic():
                change("test_late")
                changed.set()
                assert may_commit.wait(20)
        finally:
            connection.close()

    def early() -> None:
        try:
            change("test_early")
        finally:
            connection.close()

    version = phone.get("/v1/catalogue/foods").json()["version"]
    first, second = Thread(target=late), Thread(target=early)
    first.start()
    assert changed.wait(20)
    second.start()
    second.join(0.3)
    between = phone.get(f"/v1/catalogue/foods?since={version}").json()
    assert second.is_alive()  # it waits for the one before
    assert between["results"] == []
    may_commit.set()
    first.join(20)
    second.join(20)
    after = phone.get(f"/v1/catalogue/foods?since={between['version']}").json()
    assert [entry["code"] for entry in after["results"]] == ["test_early", "test_late"]
