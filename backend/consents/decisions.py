"""Deciding about a document: accepting it, withdrawing. Consents are kept beside the data and never in its way: no decision
discards a log, or stops one from being taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from backend.accounts.models import User
from backend.api.problems import FieldError, Invalid, Problem
from backend.consents.models import ConsentDecision, ConsentDocument, Decision, Kind


class NewerDocument(Problem):
    status, code = 409, "newer_document"
    detail = "There is a newer version, which is the one to be accepted; `current` names it."


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands with one kind of document: `current` is None before the first is published."""

    kind: str
    current: ConsentDocument | None
    latest: ConsentDecision | None

    @property
    def asks(self) -> bool:
        """Nothing was decided about this version, or a later one."""
        if self.current is None:
            return False
        return self.latest is None or self.latest.document.version < self.current.version


@transaction.atomic
def decide(
    user: User, *, kind: str, version: int, decision: str, device_id: UUID | None, now: datetime
) -> tuple[ConsentDecision, bool]:
    """The decision that holds, and whether it is a new one: the same again is no new one.

    Raises Invalid for a version that was never published, NewerDocument for accepting one that has been replaced. Any version
    can be withdrawn from.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    document = ConsentDocument.objects.published().filter(kind=kind, version=version).first()
    if document is None:
        raise Invalid(errors=[FieldError("/version", "unknown_version", "There is no such version.")])
    latest = latest_decisions(user).filter(kind=kind).first()
    if latest is not None and (latest.document_id, latest.decision) == (document.pk, decision):
        return latest, False
    current = ConsentDocument.objects.current().filter(kind=kind).get()
    if decision == Decision.ACCEPTED and document != current:
        raise NewerDocument(current={"kind": kind, "version": current.version})
    made = ConsentDecision.objects.create(
        user=user, document=document, kind=kind, decision=decision, decided_at=now, device_id=device_id
    )
    return made, True


def latest_decisions(user: User) -> QuerySet[ConsentDecision]:
    """The one that holds, for each kind that anything was decided about."""
    mine = ConsentDecision.objects.filter(user=user).select_related("document")
    return mine.order_by("kind", "-id").distinct("kind")


def history(user: User) -> QuerySet[ConsentDecision]:
    """Newest first."""
    return ConsentDecision.objects.filter(user=user).select_related("document").order_by("-id")


def standings(user: User) -> list[Standing]:
    current = {document.kind: document for document in ConsentDocument.objects.current()}
    latest = {decision.kind: decision for decision in latest_decisions(user)}
    return [Standing(kind, current.get(kind), latest.get(kind)) for kind in Kind.values]


def research_participants() -> dict[UUID, int]:
    """Active accounts whose newest decision about research is to take part, each with the version they accepted.

    The one place that says who may appear in research. Somebody who withdraws is out with that transaction's commit.
    """
    decisions = ConsentDecision.objects.filter(user=OuterRef("pk"), kind=Kind.RESEARCH).order_by("-id")
    users = User.objects.alias(newest=Subquery(decisions.values("decision")[:1])).annotate(
        consent_version=Subquery(decisions.values("document__version")[:1])
    )
    return dict(users.filter(newest=Decision.ACCEPTED, is_active=True).values_list("pk", "consent_version"))
