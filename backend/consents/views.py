"""`/v1/consent-documents`, open to anybody, and `/v1/consents`, one's own decisions."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.participants import ParticipantView
from backend.api.conditional import content_tag, unless_known
from backend.api.openapi import named_schema, problems
from backend.api.parameters import MAX_PAGE, read_parameters
from backend.api.problems import NotFound
from backend.api.serializers import StrictSerializer
from backend.consents.decisions import Standing, decide, history, standings
from backend.consents.documents import in_language
from backend.consents.models import ConsentDecision, ConsentDocument, Decision, Kind
from backend.languages import DEFAULT_LANGUAGE
from backend.limits.views import PublicView


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


_KIND = {"type": "string", "enum": list(Kind.values)}
_VERSION = {"type": "integer", "minimum": 1}
_TIME = {"type": "string", "format": "date-time"}
DOCUMENT = _object(
    {
        "kind": _KIND,
        "version": _VERSION,
        "language": {"type": "string"},
        "title": {"type": "string"},
        "body": {"type": "string", "description": "Markdown."},
        "published_at": _TIME,
        "content_hash": {"type": "string", "description": "SHA-256 of the texts in all languages."},
    }
)
DECISION = _object(
    {
        "kind": _KIND,
        "version": _VERSION,
        "decision": {"type": "string", "enum": list(Decision.values)},
        "decided_at": _TIME,
        "device_id": {"type": ["string", "null"], "format": "uuid"},
    }
)
CONSENTS = _object(
    {
        "results": {
            "type": "array",
            "items": _object(
                {
                    "kind": _KIND,
                    "current_version": {"type": ["integer", "null"]},
                    "decision": {"oneOf": [named_schema("ConsentDecision", DECISION), {"type": "null"}]},
                    "decision_needed": {"type": "boolean"},
                }
            ),
        },
        "history": {"type": "array", "items": named_schema("ConsentDecision", DECISION)},
    }
)
_LANGUAGE = OpenApiParameter(
    "language", str, description=f"Such as {DEFAULT_LANGUAGE}, which is given where a text is missing."
)
_IF_NONE_MATCH = OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER)


class DecisionSerializer(StrictSerializer):
    kind = serializers.ChoiceField(choices=Kind.values)
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    decision = serializers.ChoiceField(choices=Decision.values)


def document_document(document: ConsentDocument, language: str) -> dict[str, Any]:
    known, text = in_language(document, language)
    return {
        "kind": document.kind,
        "version": document.version,
        "language": known,
        "title": text["title"],
        "body": text["body"],
        "published_at": document.published_at,
        "content_hash": document.content_hash,
    }


def decision_document(decision: ConsentDecision) -> dict[str, Any]:
    return {
        "kind": decision.kind,
        "version": decision.document.version,
        "decision": decision.decision,
        "decided_at": decision.decided_at,
        "device_id": decision.device_id,
    }


def standing_document(standing: Standing) -> dict[str, Any]:
    return {
        "kind": standing.kind,
        "current_version": standing.current.version if standing.current else None,
        "decision": decision_document(standing.latest) if standing.latest else None,
        "decision_needed": standing.asks,
    }


def language_code(text: str) -> str:
    if not text.isascii() or not 2 <= len(text) <= 16:
        raise ValueError("Expected a language such as en.")
    return text


class OpenDocumentView(PublicView):
    """The texts are for anybody, before there is an account."""

    def answer(self, request: Request, documents: list[ConsentDocument], build: Any) -> Response:
        language = read_parameters(request, {"language": language_code}).get("language", DEFAULT_LANGUAGE)
        tag = content_tag(language, *[(one.kind, one.version, one.content_hash) for one in documents])
        return unless_known(
            request,
            tag,
            lambda: build([document_document(one, language) for one in documents]),
            cache="public, no-cache",
        )


class ConsentDocumentsView(OpenDocumentView):
    @extend_schema(
        operation_id="list_consent_documents",
        summary="The current version of each document",
        auth=[],
        parameters=[_LANGUAGE, _IF_NONE_MATCH],
        responses={
            200: OpenApiResponse(
                named_schema(
                    "ConsentDocumentList",
                    _object({"results": {"type": "array", "items": named_schema("ConsentDocument", DOCUMENT)}}),
                )
            ),
            304: None,
            **problems(422),
        },
        tags=["consents"],
    )
    def get(self, request: Request) -> Response:
        current = list(ConsentDocument.objects.current())
        return self.answer(request, current, lambda documents: {"results": documents})


class ConsentDocumentView(OpenDocumentView):
    @extend_schema(
        operation_id="read_consent_document",
        summary="Any version that was ever published, word for word",
        auth=[],
        parameters=[
            OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=list(Kind.values)),
            _LANGUAGE,
            _IF_NONE_MATCH,
        ],
        responses={
            200: OpenApiResponse(named_schema("ConsentDocument", DOCUMENT)),
            304: None,
            **problems(404, 422),
        },
        tags=["consents"],
    )
    def get(self, request: Request, kind: str, version: int) -> Response:
        published = ConsentDocument.objects.published().filter(kind=kind, version=min(version, 2**31 - 1)).first()
        if published is None:
            raise NotFound()
        return self.answer(request, [published], lambda documents: documents[0])


class ConsentsView(ParticipantView):
    @extend_schema(
        operation_id="list_consents",
        summary=f"Where I stand with each document, and my newest {MAX_PAGE} decisions",
        responses={200: OpenApiResponse(named_schema("Consents", CONSENTS)), **problems(422)},
        tags=["consents"],
    )
    def get(self, request: Request) -> Response:
        read_parameters(request, {})
        user = self.participant
        return Response(
            {
                "results": [standing_document(standing) for standing in standings(user)],
                "history": [decision_document(decision) for decision in history(user)[:MAX_PAGE]],
            }
        )

    @extend_schema(
        operation_id="decide_consent",
        summary="Accept a document, or withdraw",
        request=DecisionSerializer,
        responses={
            200: OpenApiResponse(named_schema("ConsentDecision", DECISION), description="It holds already."),
            201: OpenApiResponse(named_schema("ConsentDecision", DECISION), description="It holds from now on."),
            **problems(400, 409, 413, 415, 422),
        },
        tags=["consents"],
    )
    def post(self, request: Request) -> Response:
        serializer = DecisionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        decision, new = decide(
            self.participant, **serializer.validated_data, device_id=self.device.pk, now=timezone.now()
        )
        return Response(decision_document(decision), status=201 if new else 200)
