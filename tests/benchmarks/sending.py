"""What the outbox costs: 10 000 prepared summaries into an SMTP server that does nothing, over one connection.

The floor is one message, made beforehand, given to the same server as often over one connection, and nothing else. The outbox
claims, looks whether each recipient still wants mail, and commits each step before the next. Making a message, and rendering
what is in it, is told apart.
"""

from __future__ import annotations

import os
import smtplib
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from unittest.mock import patch

from django.conf import settings
from django.db import connection
from django.utils import timezone

from backend.accounts.models import User
from backend.outbox import sending
from backend.outbox.enqueuing import NewMail, enqueue
from backend.outbox.kinds import RenderedMail, register_kind
from backend.outbox.messages import build_message
from backend.outbox.models import MailState, OutgoingMail
from backend.outbox.sending import send_mail
from backend.outbox.smtp import SMTPTransport, over_the_wire
from config.demo.processes import free_port
from tests.faults.smtp_process import HOST, SMTPProcess
from tests.figures import Figures
from tests.memory import resident
from tests.outbox.bulk import BULK

MAILS = 10_000
ROUNDS = 10
WARM = 1_000
KIND = "prepared"
RATIO = 50
GROWTH = 8


def measure(figures: Figures, summaries: list[RenderedMail]) -> None:
    port = free_port(HOST, preferred=0)
    settings.EMAIL_HOST, settings.EMAIL_PORT = HOST, port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = ""
    register_kind(KIND, lambda context: summaries[context["number"] % len(summaries)], subscription=BULK)
    connection.close()
    with SMTPProcess(None, port):
        fill(WARM)
        assert send_mail() == WARM
        message = over_the_wire(build_message(OutgoingMail.objects.latest("pk"), "floor@example.org"))
        before = resident(os.getpid(), "VmRSS")
        took: dict[str, float] = {"floor": 0, "outbox": 0}
        with (
            patch.object(sending, "build_message", return_value=message),
            patch.object(SMTPTransport, "prepare", as_it_is),
        ):
            for _ in range(ROUNDS):  # in turns, so that a minute in which the machine is slow is slow for both
                fill(MAILS // ROUNDS)
                took["floor"] += seconds(lambda: send_floor(port, message))
                took["outbox"] += seconds(send_mail)
        floor, sent = MAILS / took["floor"], MAILS / took["outbox"]
        grown = resident(os.getpid(), "VmRSS") - before
        fill(MAILS)
        before = resident(os.getpid(), "VmRSS")
        made_too = MAILS / seconds(send_mail)
        grown = max(grown, resident(os.getpid(), "VmRSS") - before)
    assert OutgoingMail.objects.filter(state=MailState.SENT).count() == WARM + 2 * MAILS
    figures.note("one message over one connection, and nothing else", floor, "mails/s")
    figures.note("prepared messages through the outbox", sent, "mails/s")
    figures.at_least("of the floor's mails a second", 100 * sent / floor, "%", RATIO)
    figures.note("rendered summaries, whose messages are made on the way", made_too, "mails/s")
    figures.at_most("memory that sending 10 000 takes for good", grown / 2**20, "MiB", GROWTH)


def as_it_is(transport: SMTPTransport, message: bytes) -> bytes:
    return message


def fill(count: int) -> None:
    now = timezone.now()
    joined = now - timedelta(days=400)
    people = [User(email=f"{uuid.uuid4()}@example.org", date_joined=joined) for _ in range(count)]
    User.objects.bulk_create(people, batch_size=1000)
    enqueue(
        NewMail(user.pk, KIND, f"{KIND}:{user.pk}", {"number": number}, now - timedelta(minutes=1))
        for number, user in enumerate(people)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE outbox_outgoingmail")


def send_floor(port: int, message: bytes) -> None:
    with smtplib.SMTP(HOST, port) as smtp:
        smtp.ehlo()
        for number in range(MAILS // ROUNDS):
            smtp.mail("engram@localhost")
            smtp.rcpt(f"{number}@example.org")
            assert smtp.data(message)[0] == 250


def seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
