"""The main job in front of you: diaries in, weekly scores, guidance and summary mails out."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.utils import timezone

from backend.outbox.models import MailState, OutgoingMail
from config.demo.diaries import Diary, read_diaries
from config.demo.mailbox import messages_for
from config.demo.participants import with_confirmed_account
from config.demo.phone import Phone
from config.demo.report import print_mail, print_week
from config.demo.steps import step
from tracker.models import DueWeek, WeeklyScore
from tracker.scoring.protocol import DOMAINS
from tracker.scoring.weeks import Week

JOB_SECONDS = 60
PHONES_AT_ONCE = 3


def show_study(server: str, mailbox: Path | None) -> bool:
    """True if every week's scores are the expected ones and every summary has been sent."""
    diaries = read_diaries()
    now = timezone.now()
    weeks = {diary.email: diary.last_week(now) for diary in diaries}
    spans = [f"{week} ({week.first_day} to {week.last_day})" for week in sorted(set(weeks.values()))]
    print(f"\n  {len(diaries)} participants, the week {' or '.join(spans)}\n")
    if mailbox is None:
        for diary in diaries:
            with_confirmed_account(diary.email)
    phones = [Phone(server, diary.email, mailbox) for diary in diaries]
    names = ", ".join(diary.display_name for diary in diaries)
    records = sum(len(diary.records) for diary in diaries)
    with step(f"{names}: signing in, sending {records} records"), ThreadPoolExecutor(PHONES_AT_ONCE) as pool:
        # Each phone on its own, as phones are: signing in is made to take its time.
        for done in [pool.submit(sign_in_and_send, *pair, weeks) for pair in zip(phones, diaries, strict=True)]:
            done.result()
    with step("Waiting for the worker to score the weeks"):
        wait_until(lambda: scored(weeks), "the scores")
    with step("Waiting for the weekly close and the mails"):
        for phone, diary in zip(phones, diaries, strict=True):
            ask_for_summary_now(phone, diary)
        wait_until(lambda: sent(weeks), "the mails")
    right = [
        show_participant(phone, diary, weeks[diary.email], mailbox)
        for phone, diary in zip(phones, diaries, strict=True)
    ]
    print(f"\n  {sum(right)} of {len(right)} participants' scores are the expected ones.")
    return all(right)


def sign_in_and_send(phone: Phone, diary: Diary, weeks: Mapping[str, Week]) -> None:
    phone.sign_in()
    send_week(phone, diary, weeks[diary.email])


def send_week(phone: Phone, diary: Diary, week: Week) -> None:
    profile = {**diary.profile, "display_name": diary.display_name, "birth_year": diary.birth_year(week)}
    phone.patch("me", profile)
    for path, body in diary.requests(week):
        phone.put(path, body)


def ask_for_summary_now(phone: Phone, diary: Diary) -> None:
    phone.patch("me", {"weekly_email": diary.weekly_email(timezone.now())})


def scored(weeks: dict[str, Week]) -> bool:
    """By the Celery worker, from the queue: every participant's week is stored and nothing of theirs is due."""
    waiting = DueWeek.objects.filter(user__email__in=weeks).exists()
    stored = WeeklyScore.objects.filter(user__email__in=weeks).values_list("user__email", "week")
    return not waiting and {(email, week.monday) for email, week in weeks.items()} <= set(stored)


def sent(weeks: dict[str, Week]) -> bool:
    mails = OutgoingMail.objects.filter(user__email__in=weeks, state=MailState.SENT)
    keys = set(mails.values_list("user__email", "dedupe_key"))
    return all(any(to == email and key.endswith(f":{week}") for to, key in keys) for email, week in weeks.items())


def wait_until(condition: Any, what: str) -> None:
    deadline = time.monotonic() + JOB_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Waited {JOB_SECONDS} s for {what}.")
        time.sleep(0.1)


def show_participant(phone: Phone, diary: Diary, week: Week, mailbox: Path | None) -> bool:
    document = phone.get(f"weeks/{week}")
    guidance = phone.get(f"weeks/{week}/guidance")
    stored = WeeklyScore.objects.get(user__email=diary.email, week=week.monday)
    found = _as_stored(stored)
    # Whoever hides numbers is shown none: theirs are in the database alone.
    same = found == diary.expected and (document["numbers_hidden"] or _as_shown(document) == found)
    print_week(diary, document, guidance, same)
    if mailbox is not None:
        mail = OutgoingMail.objects.get(user__email=diary.email, dedupe_key__endswith=f":{week}")
        arrived = [
            file for file, message in messages_for(mailbox, diary.email) if message["Message-ID"] == mail.message_id
        ]
        print_mail(arrived)
        same = same and len(arrived) == 1
    return same


def _as_shown(document: dict[str, Any]) -> dict[str, Any]:
    domains = {part["domain"]: [part["score"], part["status"]] for part in document["domains"]}
    return {"score": document["score"], "status": document["status"], **domains}


def _as_stored(score: WeeklyScore) -> dict[str, Any]:
    domains = {
        domain: [_number(getattr(score, f"{domain}_score")), getattr(score, f"{domain}_status")] for domain in DOMAINS
    }
    return {"score": _number(score.score), "status": score.status, **domains}


def _number(score: Any) -> float | None:
    return None if score is None else float(score)
