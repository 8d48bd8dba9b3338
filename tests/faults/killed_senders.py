"""The sender of mail killed at each edge of handing a mail over, and several senders with a mail server that misbehaves.

Afterwards: nobody has two mails, and each one that did not arrive is unknown, or failed by the server's own words.
"""

from __future__ import annotations

import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.db.models import Q
from django.db.models.functions import Now
from django.test.utils import setup_test_environment, teardown_test_environment
from django.urls import reverse
from django.utils import timezone

from backend.outbox import sending
from backend.outbox.models import MailState, OutgoingMail
from tests.faults.killed_workers import IN_FLIGHT, reset
from tests.faults.sender_process import (
    ACCEPTED,
    CONNECT,
    MARK,
    MARKED,
    SENT,
    Sender,
    configure,
    count_fenced,
    stop_at,
)
from tests.faults.smtp_process import DATA, MESSAGE, RECIPIENT, SMTPProcess
from tests.figures import Figures
from tests.population import grow_to
from tests.staff import make_staff, signed_in
from tracker.dashboard.programme_week import programme_week
from tracker.scoring.weeks import Week
from tracker.weekly_summaries import close_weeks

KILLS_AT_EACH = 50
MAILS_A_KILL = 4
LEASE = 2.0  # seconds
PATIENCE = 60
MISTREATED = 400  # mails, with a server that misbehaves
SENDERS = 3
SHORT_LEASE, TIMEOUT = 0.7, 0.5


@dataclass(frozen=True)
class Edge:
    """`by_server`: it is the mail server that sees when to kill. `state`: where the mail's row is then."""

    name: str
    by_server: bool
    state: MailState
    arrived: bool


EDGES = (
    Edge(CONNECT, False, MailState.CONNECTING, False),
    Edge(RECIPIENT, True, MailState.CONNECTING, False),
    Edge(MARK, False, MailState.CONNECTING, False),
    Edge(MARKED, False, MailState.DATA_STARTED, False),
    Edge(DATA, True, MailState.DATA_STARTED, False),
    Edge(MESSAGE, True, MailState.DATA_STARTED, True),
    Edge(ACCEPTED, False, MailState.DATA_STARTED, True),
    Edge(SENT, False, MailState.SENT, True),
)


def measure(figures: Figures, *, smtp_port: int) -> None:
    seed = int(os.environ.get("FAULT_SEED") or random.randrange(1_000_000))
    kills = int(os.environ.get("FAULT_MAIL_KILLS") or KILLS_AT_EACH)
    chance = random.Random(seed)
    print(f"\n{kills} senders of mail killed at each of {len(EDGES)} edges, FAULT_SEED={seed}", flush=True)
    week = Week.of(timezone.now().date()).previous()
    grow_to(max(MISTREATED, len(EDGES) * kills * MAILS_A_KILL), week=week)
    with tempfile.TemporaryDirectory(prefix="engram-mail-") as name, SMTPProcess(Path(name), smtp_port) as server:
        prepare(week, len(EDGES) * kills * MAILS_A_KILL)
        doubtful = kill_at_each_edge(figures, server, smtp_port, kills, chance)
        run_to_the_end(smtp_port, LEASE)
        report_kills(figures, server, doubtful)
    print(f"\n{SENDERS} senders at once, killed now and then, and a mail server that misbehaves", flush=True)
    with tempfile.TemporaryDirectory(prefix="engram-mail-") as name, SMTPProcess(Path(name), smtp_port) as server:
        prepare(week, MISTREATED)
        words, killed = mistreat(server, smtp_port, kills, chance)
        server.misbehave(None)
        run_to_the_end(smtp_port, SHORT_LEASE)
        report_mistreatment(figures, server, words, killed)


def prepare(week: Week, count: int) -> None:
    """So many summaries of that week in the outbox, all due, and nothing else."""
    reset(week)
    close_weeks(now=timezone.now())
    kept = OutgoingMail.objects.order_by("pk").values_list("pk", flat=True)[:count]
    OutgoingMail.objects.exclude(pk__in=list(kept)).delete()
    OutgoingMail.objects.update(next_attempt_at=Now())
    assert OutgoingMail.objects.count() == count


def kill_at_each_edge(
    figures: Figures, server: SMTPProcess, port: int, kills: int, chance: random.Random
) -> dict[str, bool]:
    """Returns the addresses whose mails must end as unknown, and whether each has arrived all the same."""
    rounds = [edge for edge in EDGES for _ in range(kills)]
    chance.shuffle(rounds)
    killed: Counter[str] = Counter()
    elsewhere = 0
    doubtful: dict[str, bool] = {}
    for edge in rounds:
        mail = killed_at(edge, server, port, 1 if edge.name == CONNECT else chance.randint(1, MAILS_A_KILL))
        killed[edge.name] += 1
        elsewhere += mail.state != edge.state
        if mail.state == MailState.DATA_STARTED:
            assert mail.user is not None
            doubtful[mail.user.email] = edge.arrived
        if killed.total() % len(EDGES) == 0:
            print(f"  kill {killed.total()} of {len(rounds)}", flush=True)
    for edge in EDGES:
        figures.at_least(f"senders killed {edge.name}", killed[edge.name], "kills", kills)
    figures.at_most("kills that left the mail in another state than that edge's", elsewhere, "kills", 0)
    return doubtful


def killed_at(edge: Edge, server: SMTPProcess, port: int, number: int) -> OutgoingMail:
    """Let a sender send, and kill it with its `number`-th mail at this edge; returns that mail as it is then."""

    def run(say: Callable[[str], None]) -> None:
        configure(port=port, lease=LEASE)
        if not edge.by_server:
            stop_at(edge.name, number, say)
        sending.send_mail()

    sender = Sender(run)
    if edge.by_server:
        server.kill(sender.pid, at=edge.name, mail=number)
    sender.begin()
    if edge.by_server:
        hit = Q(user__email=server.killed(patience=PATIENCE))
    else:
        hit = Q(pk=sender.words(patience=PATIENCE)[0])
        sender.kill()
    if sender.end() != -signal.SIGKILL:
        raise AssertionError(f"The sender ended by itself, and not {edge.name}.")
    return OutgoingMail.objects.select_related("user").get(hit)


def run_to_the_end(port: int, lease: float) -> None:
    """Undisturbed senders, until nothing is under way or to be sent any more. The pauses between attempts are left out."""

    def run(say: Callable[[str], None]) -> None:
        configure(port=port, lease=lease)
        sending.send_mail()

    deadline = time.monotonic() + PATIENCE * 4
    while OutgoingMail.objects.filter(state__in=IN_FLIGHT).exists():
        if time.monotonic() > deadline:
            raise TimeoutError("The outbox is not empty.")
        make_due()
        sender = Sender(run)
        sender.begin()
        assert sender.end() == 0
        time.sleep(0.2)


def make_due() -> None:
    OutgoingMail.objects.filter(state=MailState.PENDING).update(next_attempt_at=Now())


def mistreat(server: SMTPProcess, port: int, kills: int, chance: random.Random) -> tuple[Counter[str], int]:
    """Several senders, of which one is killed every now and then and replaced, until all is sent; what they said."""
    server.misbehave(chance.randrange(1_000_000))
    words: Counter[str] = Counter()
    killed = 0

    def run(say: Callable[[str], None]) -> None:
        configure(port=port, lease=SHORT_LEASE, timeout=TIMEOUT)
        count_fenced(say)
        while True:
            sending.send_mail()
            time.sleep(0.05)

    def start() -> Sender:
        sender = Sender(run)
        sender.begin()
        return sender

    senders = [start() for _ in range(SENDERS)]
    deadline = time.monotonic() + PATIENCE * 10
    while OutgoingMail.objects.filter(state__in=IN_FLIGHT).exists():
        if time.monotonic() > deadline:
            raise TimeoutError("The outbox is not empty.")
        make_due()
        time.sleep(chance.uniform(0.1, 0.8))
        for sender in senders:
            words.update(sender.words(patience=0))
        if killed < kills:
            doomed = senders.pop(0)
            doomed.kill()
            assert doomed.end() == -signal.SIGKILL
            killed += 1
            senders.append(start())
    for sender in senders:
        words.update(sender.words(patience=0))
        sender.kill()
        sender.end()
    return words, killed


def report_kills(figures: Figures, server: SMTPProcess, doubtful: dict[str, bool]) -> None:
    received = server.accepted()
    states = dict(OutgoingMail.objects.values_list("user__email", "state"))
    missing = states.keys() - received.keys()
    unknown = {email for email, state in states.items() if state == MailState.UNKNOWN}
    figures.note("participants with a mail to send", len(states), "people")
    figures.at_most("participants who got two mails", twice(received), "people", 0)
    figures.at_most("messages that are not the row's", strangers(server), "messages", 0)
    figures.at_most("missing and not unknown", len(missing - unknown), "people", 0)
    figures.at_most("unknown, and no kill explains it", len(unknown ^ doubtful.keys()), "people", 0)
    wrong = sum((email in received) != arrived for email, arrived in doubtful.items())
    figures.at_most("unknown that arrived, or did not, unlike their edge", wrong, "people", 0)
    figures.note("unknown, and never arrived", len(missing), "people")
    figures.note("unknown, and arrived", len(unknown - missing), "people")
    listed, on_dashboard = seen_by_staff()
    figures.at_most("unknown mails that the admin does not list", len(unknown) - listed, "mails", 0)
    figures.at_most("unknown mails that the dashboard does not count", len(unknown) - on_dashboard, "mails", 0)


def report_mistreatment(figures: Figures, server: SMTPProcess, words: Counter[str], killed: int) -> None:
    received = server.accepted()
    states = dict(OutgoingMail.objects.values_list("user__email", "state"))
    counts = Counter(states.values())
    figures.note("senders killed", killed, "kills")
    figures.at_least("leases found to be another's before DATA", words["fenced"], "leases", 1)
    figures.note("answers that came after the mail was given up", words["answered too late"], "answers")
    figures.at_most("participants who got two mails, all at once", twice(received), "people", 0)
    figures.at_most("messages that are not the row's, all at once", strangers(server), "messages", 0)
    missing = [state for email, state in states.items() if email not in received]
    neither = sum(state not in (MailState.UNKNOWN, MailState.FAILED) for state in missing)
    figures.at_most("missing, and neither unknown nor refused", neither, "people", 0)
    refused = sum(email in received and state == MailState.FAILED for email, state in states.items())
    figures.at_most("arrived, and taken for refused", refused, "people", 0)
    for state in (MailState.SENT, MailState.UNKNOWN, MailState.FAILED):
        figures.at_least(f"mails that ended as {state}", counts[state], "mails", 1)
    listed, on_dashboard = seen_by_staff()
    figures.at_most("unknown that staff do not see", counts["unknown"] - min(listed, on_dashboard), "mails", 0)


def twice(received: Counter[str]) -> int:
    return sum(count > 1 for count in received.values())


def strangers(server: SMTPProcess) -> int:
    """Messages whose Message-ID is not that of their recipient's row."""
    ids = dict(OutgoingMail.objects.values_list("user__email", "message_id"))
    return sum(
        f"Message-ID: {ids.get(recipient)}\r\n".encode() not in message for recipient, message in server.messages()
    )


def seen_by_staff() -> tuple[int, int]:
    """Unknown mails as the admin lists them, and as the dashboard counts them."""
    staff = make_staff(f"staff-{time.monotonic_ns()}@example.org", superuser=True)
    setup_test_environment()
    try:
        page = signed_in(staff).get(reverse("admin:outbox_outgoingmail_changelist") + "?state__exact=unknown")
        assert page.status_code == 200, page.status_code
        listed = int(page.context["cl"].result_count)
    finally:
        teardown_test_environment()
        staff.delete()
    now = timezone.now()
    week = Week.of(now.date()).previous()
    return listed, programme_week(week, now=now).mails.get(MailState.UNKNOWN, 0)
