"""What the platform itself holds about a participant, for the export."""

from __future__ import annotations

from collections.abc import Iterator

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.utils import translation
from django.utils.translation import gettext_lazy

from backend.accounts.models import Device, ProfileChange, PushToken, User
from backend.api.json import encode
from backend.audit.models import Entry
from backend.audit.pseudonyms import known_pseudonym
from backend.consents.models import ConsentDecision
from backend.languages import closest_language
from backend.outbox.kinds import render
from backend.outbox.models import OutgoingMail, OutgoingPush
from backend.privacy.models import DataExport, ErasureRequest
from backend.privacy.sections import CHUNK, Column, Row, Section, leave_out, register_section

SECRET = "A secret, or made from one; it is shown to nobody."  # noqa: S105
WORKING = "How work on it is shared out; it says nothing about you."
NOT_KEPT = gettext_lazy("Not kept once it is sent: it holds a code, or says how somebody signs in.")


def _words(mail: OutgoingMail) -> tuple[str, str]:
    """Subject and text; of a kind that this version doesn't know any more, what it was to be filled with."""
    try:
        rendered = render(mail.kind, mail.context)
    except KeyError:
        return "", encode(mail.context).decode() if mail.context else str(NOT_KEPT)
    return rendered.subject, rendered.text


def _mails(user: User) -> Iterator[Row]:
    """With the words that were, or would be, sent."""
    for mail in OutgoingMail.objects.filter(user=user).order_by("pk").iterator(chunk_size=CHUNK):
        with translation.override(closest_language(user.language)):
            subject, text = _words(mail)
        yield {
            "kind": mail.kind,
            "state": mail.state,
            "created_at": mail.created_at,
            "sent_at": mail.sent_at,
            "delivered_at": mail.delivered_at,
            "bounced_at": mail.bounced_at,
            "complained_at": mail.complained_at,
            "message_id": mail.message_id,
            "provider_id": mail.provider_id,
            "last_reply": mail.last_reply,
            "subject": subject,
            "text": text,
        }


PROFILE = Section(
    "profile",
    "Your account and your choices.",
    (
        Column("id", "Your internal number."),
        Column("email", "Your address."),
        Column("display_name", "The name you gave."),
        Column("date_joined", "When the account was made."),
        Column("last_login", "When you last signed in on the web."),
        Column("is_active", "Whether the account can be used."),
        Column("is_staff", "Whether it is an account of staff."),
        Column("is_superuser", "Whether it has all rights of staff."),
        Column("home_time_zone", "The time zone where you are at home."),
        Column("language", "The language of texts and mails."),
        Column("hide_numbers", "Whether you chose words instead of numbers."),
        Column("preferred_origins", "The platforms and apps whose record of a session you prefer."),
        Column("weekly_email", "Whether you want the weekly summary."),
        Column("weekly_email_weekday", "The day that you chose for it.", "0 is Monday, 6 is Sunday"),
        Column("weekly_email_hour", "The hour that you chose for it, at home.", "0 to 23"),
        Column("next_weekly_email_at", "When the next one is due."),
        Column("push_week_ready", "Whether your devices tell you when a week is ready."),
    ),
    model=User,
    left_out={"password": SECRET, "second_factor_changes": WORKING},
)
ADDRESSES = Section(
    "addresses",
    "Every address on record.",
    (
        Column("email", "The address."),
        Column("verified", "Whether you confirmed it."),
        Column("primary", "Whether it is the one in use."),
    ),
    model=EmailAddress,
    left_out={"id": WORKING, "user_id": "You."},
)
DEVICES = Section(
    "devices",
    "Apps that you signed in with. Their tokens are not here: they are secrets.",
    (
        Column("id", "The device's number; consents and changes name it."),
        Column("name", "Its name."),
        Column("platform", "What it runs on, as it said itself."),
        Column("app_version", "The app's version, as it said itself."),
        Column("created_at", "When it signed in."),
        Column("last_seen_at", "When it was last used, to the hour."),
        Column("revoked_at", "When it was signed out."),
    ),
    model=Device,
    left_out={"user_id": "You.", "session_key": SECRET},
)
PUSH_TOKENS = Section(
    "push_tokens",
    "Devices that registered for push notifications. Their addresses at the push service are not here: they are secrets.",
    (
        Column("device_id", "The device."),
        Column("provider", "The push service: `fcm` is Firebase Cloud Messaging."),
        Column("registered_at", "When the app last registered it."),
    ),
    model=PushToken,
    left_out={"id": WORKING, "user_id": "You.", "token": SECRET, "token_hash": SECRET},
)
PROVIDERS = Section(
    "providers",
    "Accounts with Apple or Google that you sign in with.",
    (
        Column("provider", "Which of the two."),
        Column("uid", "Your number there."),
        Column("date_joined", "When you connected it."),
        Column("last_login", "When you last signed in with it."),
        Column("extra_data", "What they told us of you."),
    ),
    model=SocialAccount,
    left_out={"id": WORKING, "user_id": "You."},
)
SECOND_FACTORS = Section(
    "second_factors",
    "Your second factors, by kind. What they are made of is a secret.",
    (
        Column("type", "The kind: an authenticator app, a passkey, recovery codes."),
        Column("created_at", "When you set it up."),
        Column("last_used_at", "When you last used it."),
    ),
    model=Authenticator,
    left_out={"id": WORKING, "user_id": "You.", "data": SECRET},
)
MAILS = Section(
    "mails",
    "Mails written to you, with their text. If one came back for good or was reported as unwanted, we stop the weekly summary"
    " to that address. For that we keep a code, made from the address with a secret key, with the reason and the time. It is"
    " tied to no account, and stays after an erasure, so that nobody writes there again.",
    (
        Column("kind", "What the mail is."),
        Column(
            "state",
            "What became of it: `pending`, `connecting`, `data_started`, `sent`, `failed`, `unknown`, `cancelled`.",
        ),
        Column("created_at", "When it was written."),
        Column("sent_at", "When the mail server took it."),
        Column("delivered_at", "When your mail server took it, if the mail provider told so."),
        Column("bounced_at", "When it came back for good, if it did."),
        Column("complained_at", "When it was reported as unwanted, if it was."),
        Column("message_id", "Its Message-ID."),
        Column("provider_id", "What the mail provider calls it; empty for a plain mail server."),
        Column("last_reply", "What the mail server last said."),
        Column("subject", "The subject."),
        Column("text", "The text."),
    ),
    model=OutgoingMail,
    left_out={
        "id": WORKING,
        "user_id": "You.",
        "context": "What the text is filled with; the text shows it.",
        "dedupe_key": WORKING,
        "attempts": WORKING,
        "next_attempt_at": WORKING,
        "expires_at": WORKING,
        "claim_token": WORKING,
        "claimed_until": WORKING,
        "transactional": WORKING,
        "sealed": SECRET,
        "delays": "The mail provider's numbers for tries that your mail server put off.",
    },
    rows=_mails,
)
PUSHES = Section(
    "pushes",
    "Push notifications to your devices.",
    (
        Column("kind", "What it tells."),
        Column("data", "All that it says."),
        Column("device_id", "The device."),
        Column(
            "state",
            "What became of it: `pending`, `connecting`, `data_started`, `sent`, `failed`, `unknown`, `cancelled`.",
        ),
        Column("created_at", "When it was written."),
        Column("sent_at", "When the push service took it."),
        Column("last_reply", "What the push service last said."),
    ),
    model=OutgoingPush,
    left_out={
        "id": WORKING,
        "user_id": "You.",
        "dedupe_key": WORKING,
        "attempts": WORKING,
        "next_attempt_at": WORKING,
        "expires_at": WORKING,
        "claim_token": WORKING,
        "claimed_until": WORKING,
        "transactional": WORKING,
    },
)
PROFILE_CHANGES = Section(
    "profile_changes",
    "What was changed in your profile, your facts and your choices.",
    (
        Column("field", "What was changed."),
        Column("before", "What stood there before."),
        Column("after", "What stands there since."),
        Column("changed_at", "When."),
        Column("device_id", "The device that changed it."),
    ),
    model=ProfileChange,
    left_out={"id": WORKING, "user_id": "You."},
)
CONSENTS = Section(
    "consents",
    "What you decided about the terms, the privacy notice and research, and when.",
    (
        Column("kind", "Which document."),
        Column("version", "Which version of it.", source="document__version"),
        Column("content_hash", "SHA-256 of the words you saw.", source="document__content_hash"),
        Column("decision", "What you decided."),
        Column("decided_at", "When the server learnt of it."),
        Column("device_id", "The device that sent it."),
    ),
    model=ConsentDecision,
    left_out={"id": WORKING, "user_id": "You.", "document_id": "The version names the document."},
)
EXPORTS = Section(
    "exports",
    "The exports that you asked for, this one included.",
    (
        Column("id", "The export's number."),
        Column("state", "What became of it: `pending`, `running`, `ready`, `failed`, `expired`."),
        Column("requested_at", "When you asked for it."),
        Column("finished_at", "When it was ready."),
        Column("expires_at", "When it is, or was, thrown away."),
        Column("size", "How large it is.", "bytes"),
    ),
    model=DataExport,
    left_out=dict.fromkeys(
        ("progress", "writing", "sha256", "attempts", "claim_token", "claimed_until", "last_error"), WORKING
    )
    | {"user_id": "You."},
)
ERASURES = Section(
    "erasure_requests",
    "When you asked for your account to be erased, or took it back.",
    (
        Column("id", "The request's number."),
        Column("state", "What became of it: requested, cancelled, erasing."),
        Column("requested_at", "When you asked."),
        Column("erases_at", "When the window ends, or ended."),
        Column("cancelled_at", "When you took it back."),
        Column("device_id", "The device that you asked from; none for the web page."),
    ),
    model=ErasureRequest,
    left_out={"user_id": "You."},
)


def _staff_access(user: User) -> Iterator[Row]:
    pseudonym = known_pseudonym(user.pk)
    entries = Entry.objects.filter(participants__contains=[pseudonym]) if pseudonym else Entry.objects.none()
    for entry in entries.order_by("id").iterator(chunk_size=CHUNK):
        yield {"at": entry.at, "action": entry.action, "what": entry.model, "purpose": entry.purpose}


STAFF_ACCESS = Section(
    "staff_access",
    "When staff of the programme looked at, changed or took away data of yours. Who it was, the programme knows.",
    (
        Column("at", "When."),
        Column("action", "What they did: read, change, export."),
        Column("what", "Which kind of data."),
        Column("purpose", "What for, as they stated it."),
    ),
    rows=_staff_access,
)
LEFT_OUT: dict[str, str] = {
    "account.emailconfirmation": "Keys of unfinished confirmations: secrets, for minutes.",
    "audit.participantkey": "What makes your pseudonym in the record of what staff looked at.",
    "socialaccount.socialtoken": "Secrets of a provider; none are kept.",
    "accounts.devicetoken": "Hashes of your devices' tokens: made from secrets.",
    "accounts.user_groups": "Rights of staff; participants have none.",
    "accounts.user_user_permissions": "Rights of staff; participants have none.",
    "admin.logentry": "What a member of staff did in the admin: about the programme, and no participant does anything there.",
    "privacy.confirmation": "Counters of tries and a code's hash, for minutes.",
    "privacy.dataexportpart": "The pieces of the exports themselves.",
}


def register_all() -> None:
    for section in (
        PROFILE,
        PROFILE_CHANGES,
        ADDRESSES,
        DEVICES,
        PUSH_TOKENS,
        PROVIDERS,
        SECOND_FACTORS,
        MAILS,
        PUSHES,
        CONSENTS,
        EXPORTS,
        ERASURES,
        STAFF_ACCESS,
    ):
        register_section(section)
    for table, reason in LEFT_OUT.items():
        leave_out(table, reason)
