"""The texts that the project ships into the tables, published. What staff have changed or retired stays as they left it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tracker.guidance.library import EncouragementText, GuidanceTextError, SuggestionText, read_library
from tracker.guidance.stored import content_of, kind_of, read_fit
from tracker.models import GuidanceText, GuidanceVersion, VersionState
from tracker.wellness import rules_digest


@dataclass(frozen=True, slots=True)
class LoadedGuidance:
    added: int
    changed: int
    retired: int
    left: int
    unchanged: int


@transaction.atomic
def load_guidance(*, now: datetime) -> LoadedGuidance:
    """Safe to run again, as every deployment does. A text that a release changes gets a new version, one that it ships no
    longer is retired; `left` are those that staff have written on, published or retired."""
    GuidanceText.objects.lock_library()
    library = read_library()
    texts: list[SuggestionText | EncouragementText] = [*library.all_suggestions(), *library.all_encouragements()]
    shipped = {text.id: text for text in texts}
    stored = GuidanceText.objects.in_bulk()
    versions: dict[str, list[GuidanceVersion]] = {code: [] for code in stored}
    for version in GuidanceVersion.objects.order_by("text", "number"):
        versions[version.text_id].append(version)
    done = Counter[str]()
    for code, text in shipped.items():
        done[_bring(text, stored.get(code), versions.get(code, []), now)] += 1
    for code in stored.keys() - shipped.keys():
        if not _is_of_staff(versions[code]):
            done["retired"] += _retire(versions[code], now)
    if done["added"] or done["changed"] or done["retired"]:
        GuidanceText.objects.next_library_number(now=now)
    _check_anew()
    return LoadedGuidance(done["added"], done["changed"], done["retired"], done["left"], done["unchanged"])


def _bring(
    shipped: SuggestionText | EncouragementText,
    stored: GuidanceText | None,
    versions: list[GuidanceVersion],
    now: datetime,
) -> str:
    if stored is not None and _is_of_staff(versions):
        return "left"
    as_shipped = GuidanceText(shipped.id, kind_of(shipped), shipped.practice, shipped.turn)
    published = next((version for version in versions if version.state == VersionState.PUBLISHED), None)
    if stored is not None and published is not None:
        content = content_of(shipped)
        if (stored.kind, stored.document(published.content)) == (as_shipped.kind, as_shipped.document(content)):
            return "unchanged"
    _retire(versions, now)
    as_shipped.save()
    GuidanceVersion.objects.create(
        text=as_shipped,
        number=len(versions) + 1,
        state=VersionState.PUBLISHED,
        content=content_of(shipped),
        from_release=True,
        checked_by=rules_digest(),
        created_at=now,
        changed_at=now,
        published_at=now,
    )
    return "changed" if stored is not None else "added"


def _is_of_staff(versions: list[GuidanceVersion]) -> bool:
    """Has somebody written on it, or retired what a release brought? A draft that was given up counts for nothing."""
    kept = [version for version in versions if version.published_at or version.state != VersionState.RETIRED]
    return any(not version.from_release or version.retired_by is not None for version in kept)


def _retire(versions: list[GuidanceVersion], now: datetime) -> int:
    published = [version.pk for version in versions if version.state == VersionState.PUBLISHED]
    return GuidanceVersion.objects.filter(pk__in=published).update(state=VersionState.RETIRED, retired_at=now)


def _check_anew() -> None:
    """Stamp what passes the rules of this release too; what doesn't is left out of the library, and logged there."""
    old = GuidanceVersion.objects.filter(state=VersionState.PUBLISHED).exclude(checked_by=rules_digest())
    fit = []
    for version in old.select_related("text"):
        try:
            read_fit(version.text.kind, version.text.document(version.content))
        except GuidanceTextError:
            continue
        fit.append(version.pk)
    GuidanceVersion.objects.filter(pk__in=fit).update(checked_by=rules_digest())
