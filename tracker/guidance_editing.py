"""How a text of guidance comes to participants: a draft, reviewed by a second person, published, one day retired.

Each verb is one transaction under the library's lock, so that two at once come one after the other, and the second sees what
the first has done. Nothing but these verbs and a release (`guidance_loading`) writes the tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tracker.guidance.library import Fault
from tracker.guidance.stored import content_hash, faults_of
from tracker.models import GuidanceText, GuidanceVersion, VersionState
from tracker.wellness import rules_digest


class CannotChangeGuidance(ValueError):
    """Why a verb was refused, by a stable code; for `unfit`, the faults with rule and place."""

    def __init__(self, code: str, detail: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(detail)
        self.code = code
        self.faults = tuple(faults)


def document_of(version: GuidanceVersion) -> dict[str, Any]:
    """A version in the form of the project's own files."""
    return version.text.document(version.content)


def seen_hash(version: GuidanceVersion | None) -> str:
    """What a page shows of a version and gives back, so that nobody acts on what they haven't seen. Empty for none."""
    if version is None:
        return ""
    return content_hash({"number": version.number, "kind": version.text.kind, **document_of(version)})


@transaction.atomic
def save_draft(
    text: GuidanceText, content: Mapping[str, Any], *, by: UUID, seen: str, note: str, now: datetime
) -> GuidanceVersion:
    """Store what somebody has written, fit or not: into the open draft, or as a new version.

    `text` as it should be: new, or with another practice and turn as long as nothing of it was ever published. `seen`: the hash
    of the newest version as they saw it. A reviewed version that changes is a draft again. Saving what is as it was changes
    nothing.
    """
    GuidanceText.objects.lock_library()
    versions = list(GuidanceVersion.objects.filter(text_id=text.code).select_related("text").order_by("number"))
    newest = versions[-1] if versions else None
    if seen != seen_hash(newest):
        raise CannotChangeGuidance("changed_meanwhile", "Somebody has changed this text meanwhile. Look at it anew.")
    if newest is not None and not _is_retired(newest) and text.document(dict(content)) == document_of(newest):
        return newest
    if newest is not None and _is_another_text(text, newest.text) and any(one.published_at for one in versions):
        raise CannotChangeGuidance("was_published", "Kind, practice and turn stay once a text was published.")
    text.save()
    if newest is not None and newest.is_open:
        return _write_on(newest, content, by=by, note=note, now=now)
    return GuidanceVersion.objects.create(
        text=text,
        number=newest.number + 1 if newest else 1,
        content=dict(content),
        author=by,
        writers=_writers(newest, by),
        note=note,
        created_at=now,
        changed_at=now,
    )


def _is_retired(version: GuidanceVersion) -> bool:
    return version.state == VersionState.RETIRED


def _writers(newest: GuidanceVersion | None, by: UUID) -> list[UUID]:
    """Of a new version: with those of a draft that was given up, for its words live on in what begins with them."""
    if newest is None or not _is_retired(newest) or newest.published_at is not None:
        return [by]
    return [*(writer for writer in newest.writers if writer != by), by]


def _is_another_text(one: GuidanceText, other: GuidanceText) -> bool:
    return (one.kind, one.practice, one.turn) != (other.kind, other.practice, other.turn)


def _write_on(
    version: GuidanceVersion, content: Mapping[str, Any], *, by: UUID, note: str, now: datetime
) -> GuidanceVersion:
    version.content = dict(content)
    version.note = note or version.note
    version.changed_at = now
    if by not in version.writers:
        version.writers = [*version.writers, by]
    _be_a_draft(version)
    version.save()
    return version


def _be_a_draft(version: GuidanceVersion) -> None:
    version.state = VersionState.DRAFT
    version.reviewer = version.reviewed_at = None
    version.checked_by = ""


@transaction.atomic
def review(pk: int, *, by: UUID, seen: str, now: datetime) -> GuidanceVersion:
    """Say that a draft is fit for participants, as somebody who wrote none of it. Raises CannotChangeGuidance."""
    version = _locked(pk, VersionState.DRAFT, seen)
    if by in version.writers:
        raise CannotChangeGuidance("own_text", "Who wrote some of a draft doesn't review it: that takes somebody else.")
    _refuse_unfit(version)
    version.state = VersionState.REVIEWED
    version.reviewer, version.reviewed_at = by, now
    version.checked_by = rules_digest()
    version.save()
    return version


@transaction.atomic
def publish(pk: int, *, by: UUID, seen: str, now: datetime) -> GuidanceVersion:
    """Show a reviewed version to participants from now on, in place of the one before. Raises CannotChangeGuidance."""
    version = _locked(pk, VersionState.REVIEWED, seen)
    _refuse_unfit(version)
    before = GuidanceVersion.objects.filter(text=version.text_id, state=VersionState.PUBLISHED)
    before.update(state=VersionState.RETIRED, retired_at=now, retired_by=by)
    version.state = VersionState.PUBLISHED
    version.publisher, version.published_at = by, now
    version.checked_by = rules_digest()
    version.save()
    GuidanceText.objects.next_library_number(now=now)
    return version


@transaction.atomic
def retire(pk: int, *, by: UUID, seen: str, now: datetime) -> GuidanceVersion:
    """Show a published version no longer, or give up one that is still open. Raises CannotChangeGuidance."""
    version = _locked(pk, None, seen)
    if version.state == VersionState.RETIRED:
        raise CannotChangeGuidance("wrong_state", "This version is retired already.")
    shown = version.state == VersionState.PUBLISHED
    version.state = VersionState.RETIRED
    version.retired_by, version.retired_at = by, now
    version.save()
    if shown:
        GuidanceText.objects.next_library_number(now=now)
    return version


@transaction.atomic
def back_to_draft(pk: int, *, by: UUID, seen: str, now: datetime) -> GuidanceVersion:
    """Take a review back. Raises CannotChangeGuidance."""
    version = _locked(pk, VersionState.REVIEWED, seen)
    _be_a_draft(version)
    version.changed_at = now
    version.save()
    return version


def _locked(pk: int, state: VersionState | None, seen: str) -> GuidanceVersion:
    """A version in the state that a verb wants, as whoever asks saw it, kept so until the commit."""
    GuidanceText.objects.lock_library()
    version = GuidanceVersion.objects.select_related("text").get(pk=pk)
    if state is not None and version.state != state:
        raise CannotChangeGuidance("wrong_state", f"This version is {version.state}, not {state}.")
    if seen != seen_hash(version):
        raise CannotChangeGuidance("changed_meanwhile", "Somebody has changed this text meanwhile. Look at it anew.")
    return version


def _refuse_unfit(version: GuidanceVersion) -> None:
    if faults := faults_of(version.text.kind, document_of(version)):
        raise CannotChangeGuidance("unfit", describe(faults[0]), faults)


def describe(fault: Fault) -> str:
    """`text, es, at 4: Quema calorías. …`"""
    place = [fault.field, fault.language] if fault.field else []
    if fault.end:
        place.append(f"at {fault.start + 1}")
    return f"{', '.join(place)}: {fault.detail} ({fault.rule})" if place else fault.detail
