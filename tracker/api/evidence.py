"""`/v1/evidence`: the evidence cards, open to anybody and the same for everybody."""

from __future__ import annotations

from typing import Any

from django.utils.decorators import method_decorator
from django.views.decorators.gzip import gzip_page
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from backend.api.conditional import content_tag, unless_known
from backend.api.openapi import IF_NONE_MATCH, etag, named_schema, problems
from backend.api.parameters import read_parameters
from backend.api.problems import NotFound
from backend.languages import DEFAULT_LANGUAGE, LANGUAGE_TAG, read_language
from backend.limits.views import PublicView
from tracker.api.evidence_schemas import EVIDENCE_CARD, EVIDENCE_LIST
from tracker.evidence import read_evidence
from tracker.evidence.documents import evidence_document, whole_card

CACHED = "public, max-age=300"
_PARAMETERS = [
    OpenApiParameter(
        "language",
        LANGUAGE_TAG,
        description="Of the texts; `en` if not given, and for languages that there are no texts in.",
    ),
    IF_NONE_MATCH,
    etag(200, 304),
]


def _language(request: Request) -> str:
    language: str = read_parameters(request, {"language": read_language}).get("language", DEFAULT_LANGUAGE)
    return language


def _answer(request: Request, document: dict[str, Any]) -> Response:
    return unless_known(request, content_tag(document), lambda: document, cache=CACHED)


@extend_schema_view(
    get=extend_schema(
        operation_id="list_evidence",
        summary="What research found about the practices: all evidence cards",
        auth=[],
        parameters=_PARAMETERS,
        responses={200: OpenApiResponse(named_schema("Evidence", EVIDENCE_LIST)), 304: None, **problems(422)},
        tags=["evidence"],
    )
)
@method_decorator(gzip_page, name="dispatch")
class EvidenceView(PublicView):
    def get(self, request: Request) -> Response:
        return _answer(request, evidence_document(read_evidence(), language=_language(request)))


@extend_schema_view(
    get=extend_schema(
        operation_id="read_evidence_card",
        summary="One evidence card",
        auth=[],
        parameters=_PARAMETERS,
        responses={200: OpenApiResponse(named_schema("EvidenceCard", EVIDENCE_CARD)), 304: None, **problems(404, 422)},
        tags=["evidence"],
    )
)
class EvidenceCardView(PublicView):
    def get(self, request: Request, card_id: str) -> Response:
        evidence = read_evidence()
        language = _language(request)
        if card_id not in evidence.cards:
            raise NotFound
        return _answer(request, whole_card(evidence.cards[card_id], evidence, language=language))
