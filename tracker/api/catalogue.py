"""The catalogue over REST: whole, with an ETag and changes since a version, so that an app downloads it once; and searched."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.gzip import gzip_page
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.participants import ParticipantView
from backend.api.conditional import content_tag, unless_known
from backend.api.openapi import IF_NONE_MATCH, array_schema, etag, named_schema, object_schema, problems
from backend.api.parameters import page_size, read_parameters, unacceptable
from backend.api.problems import FieldError
from backend.languages import DEFAULT_LANGUAGE, LANGUAGE_TAG, read_language
from backend.limits.views import PublicView
from tracker.api.record_schemas import stored_record
from tracker.api.schemas import BOOLEAN, COGNITIVE_ACTIVITY, EXERCISE_ACTIVITY, FOOD, PRACTICE, WHOLE
from tracker.catalogue.documents import (
    COGNITIVE_ACTIVITIES,
    EXERCISE_ACTIVITIES,
    FOODS,
    CatalogueList,
    changed_entries,
    text_in,
    whole_list,
)
from tracker.catalogue.searching import search
from tracker.catalogue.versions import CatalogueState, current_state
from tracker.evidence import read_evidence
from tracker.finding import ALL_LISTS, OWN_LISTS, find_entries
from tracker.practice_labels import PRACTICE_LABELS
from tracker.scoring.protocol import WES_1_0_0

MOST_FOUND = 50
USUALLY_FOUND = 20
CACHED = "public, max-age=300"


def practices(language: str) -> list[dict[str, Any]]:
    evidence = read_evidence()
    return [
        {
            "code": practice.code,
            "label": text_in(PRACTICE_LABELS[practice.code], language),
            "domain": practice.domain,
            "unit": practice.unit,
            "target": practice.target / practice.base_per_unit,
            "scales_with_days": practice.scales_with_days,
            "weight": practice.weight / 100,
            "weight_65": practice.weight_65 / 100,
            "source": practice.source,
            "evidence": [card.id for card in evidence.cards_for(practice.code)],
        }
        for practice in WES_1_0_0.practices
    ]


@method_decorator(gzip_page, name="dispatch")
class CatalogueView(PublicView):
    """One list of the catalogue. It holds nothing of anybody's, so no sign-in is asked for."""

    which: ClassVar[CatalogueList]

    def get(self, request: Request) -> Response:
        state = current_state()
        readers = {"q": search_text, "language": read_language, "since": state.changes_since}
        given = read_parameters(request, readers)
        language = given.get("language", DEFAULT_LANGUAGE)
        if "q" in given:
            if "since" in given:
                raise unacceptable(FieldError("?since", "unexpected", "A search has no changes: leave q or since out."))
            return self._found(request, given["q"], language, state)
        if (since := given.get("since")) is not None:
            return self._changed(request, since, language, state)
        whole = whole_list(self.which, language, state)
        document = {"version": state.version, "complete": True, "results": msgspec.Raw(whole.content)}
        return unless_known(request, whole.tag, lambda: document, cache=CACHED)

    def _changed(self, request: Request, since: int, language: str, state: CatalogueState) -> Response:
        def build() -> dict[str, Any]:
            results = changed_entries(self.which, language, since=since)
            return {"version": state.version, "complete": False, "results": results}

        return unless_known(request, content_tag(state, self.which.name, language, since), build, cache=CACHED)

    def _found(self, request: Request, query: str, language: str, state: CatalogueState) -> Response:
        hits = search(self.which, query, language=language, state=state, limit=MOST_FOUND)
        documents = self.which.documents([hit.code for hit in hits], language)
        results = [documents[hit.code] for hit in hits]
        return unless_known(request, content_tag(results), lambda: {"results": results}, cache=CACHED)


def search_text(text: str) -> str:
    if not 1 <= len(text.strip()) <= 80:
        raise ValueError("Expected 1 to 80 characters.")
    return text


_LANGUAGE = OpenApiParameter(
    "language",
    LANGUAGE_TAG,
    description="Of labels, synonyms and terms; `en` if not given, and for languages that there are no texts in.",
)
_QUERY = {"type": "string", "minLength": 1, "maxLength": 80}


def _describe(noun: str, name: str, entry: dict[str, Any]) -> Any:
    entries = object_schema(
        {
            "version": {"type": "string", "description": "For `since`, the next time. Answers to `q` have none."},
            "complete": {"type": "boolean", "description": "These are all entries: forget what you had."},
            "results": array_schema(named_schema(name, entry)),
        },
        optional=("version", "complete"),
    )
    since = {"type": "string", "pattern": r"^[0-9]{1,18}\.[0-9]{1,18}\.[0-9]{1,18}$"}
    return extend_schema_view(
        get=extend_schema(
            operation_id=f"list_{noun.replace(' ', '_')}",
            summary=f"All {noun}",
            auth=[],
            parameters=[
                OpenApiParameter("q", _QUERY, description=f"Only the {MOST_FOUND} best answers to this, best first."),
                OpenApiParameter(
                    "since", since, description="Only what has changed since the `version` of an earlier answer."
                ),
                _LANGUAGE,
                IF_NONE_MATCH,
                etag(200, 304),
            ],
            responses={200: OpenApiResponse(named_schema(f"{name}List", entries)), 304: None, **problems(422)},
            tags=["catalogue"],
        )
    )


@_describe("exercise activities", "ExerciseActivity", EXERCISE_ACTIVITY)
class ExerciseActivitiesView(CatalogueView):
    which = EXERCISE_ACTIVITIES


@_describe("cognitive activities", "CognitiveActivity", COGNITIVE_ACTIVITY)
class CognitiveActivitiesView(CatalogueView):
    which = COGNITIVE_ACTIVITIES


@_describe("foods", "Food", FOOD)
class FoodsView(CatalogueView):
    which = FOODS


@extend_schema_view(
    get=extend_schema(
        operation_id="list_practices",
        summary="All practices: what is scored",
        auth=[],
        parameters=[_LANGUAGE, IF_NONE_MATCH, etag(200, 304)],
        responses={
            200: OpenApiResponse(
                named_schema(
                    "PracticeList", object_schema({"results": array_schema(named_schema("Practice", PRACTICE))})
                )
            ),
            304: None,
            **problems(422),
        },
        tags=["catalogue"],
    )
)
class PracticesView(PublicView):
    def get(self, request: Request) -> Response:
        results = practices(read_parameters(request, {"language": read_language}).get("language", DEFAULT_LANGUAGE))
        return unless_known(request, content_tag(results), lambda: {"results": results}, cache=CACHED)


_FOUND = object_schema(
    {
        "list": {"type": "string", "enum": list(ALL_LISTS)},
        "entry": {
            "anyOf": [
                named_schema("ExerciseActivity", EXERCISE_ACTIVITY),
                named_schema("CognitiveActivity", COGNITIVE_ACTIVITY),
                named_schema("Food", FOOD),
                *(stored_record(record_type) for record_type in OWN_LISTS.values()),
            ],
            "description": "An entry of the catalogue, or an own food, an own activity or a meal's template.",
        },
        "favourite": {**BOOLEAN, "description": "The participant has starred it."},
        "usual": {
            "type": ["object", "null"],
            "description": "What the participant said of it the last time: `duration_seconds`, `effort`, `social`, `servings`"
            " or `measures`. Null if it wasn't logged lately.",
        },
        "times": {**WHOLE, "description": "How often the participant logged it in the last 60 days."},
    }
)


def _lists(text: str) -> list[str]:
    lists = text.split(",")
    if not set(lists) <= set(ALL_LISTS) or len(set(lists)) < len(lists):
        raise ValueError(f"Expected some of {', '.join(ALL_LISTS)}, with commas between them.")
    return lists


@extend_schema_view(
    get=extend_schema(
        operation_id="search_catalogue",
        summary="Find what to log: the participant's usual first",
        parameters=[
            OpenApiParameter(
                "q", _QUERY, description="What was typed so far. Without it: what the participant logs most."
            ),
            OpenApiParameter(
                "lists", str, description=f"Some of {', '.join(ALL_LISTS)}, with commas between them; all if not given."
            ),
            OpenApiParameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": MOST_FOUND},
                description=f"{USUALLY_FOUND} if not given.",
            ),
            _LANGUAGE,
        ],
        responses={
            200: OpenApiResponse(named_schema("CatalogueSearch", object_schema({"results": array_schema(_FOUND)}))),
            **problems(422),
        },
        tags=["catalogue"],
    )
)
class SearchView(ParticipantView):
    """Each answer is an entry with what a log of it needs: the app adds an id and a time."""

    def get(self, request: Request) -> Response:
        given = read_parameters(
            request,
            {
                "q": search_text,
                "lists": _lists,
                "language": read_language,
                "limit": lambda text: page_size(text, most=MOST_FOUND),
            },
        )
        found = find_entries(
            self.participant.pk,
            given.get("q"),
            lists=given.get("lists", ALL_LISTS),
            language=self.language(given),
            limit=given.get("limit", USUALLY_FOUND),
            today=timezone.now().date(),
        )
        return Response({"results": [answer.document() for answer in found]})
