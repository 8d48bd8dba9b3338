"""The catalogue over REST: whole, with an ETag, so that an app downloads it once and asks cheaply for changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from backend.api.conditional import content_tag, not_modified
from backend.api.openapi import IF_NONE_MATCH, array_schema, etag, named_schema, object_schema, problems
from backend.api.parameters import read_parameters
from backend.limits.views import PublicView
from tracker.api.schemas import COGNITIVE_ACTIVITY, EXERCISE_ACTIVITY, FOOD, PRACTICE
from tracker.models import CognitiveActivity, ExerciseActivity, Food
from tracker.practice_labels import PRACTICE_LABELS
from tracker.scoring.protocol import WES_1_0_0

FALLBACK_LANGUAGE = "en"


def _text(values: dict[str, Any], language: str, default: Any = "") -> Any:
    return values.get(language) or values.get(FALLBACK_LANGUAGE) or default


def _entry(row: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {
        "code": row["code"],
        "label": _text(row["labels"], language),
        "synonyms": _text(row["synonyms"], language, []),
        "retired": row["retired_at"] is not None,
    }


def exercise_activities(language: str) -> list[dict[str, Any]]:
    return [
        {
            **_entry(row, language),
            "category": row["category"],
            "met": None if row["met"] is None else float(row["met"]),
            "intensity": row["intensity"],
            "strength": row["strength"],
            "balance": row["balance"],
            "platform_names": row["platform_names"],
        }
        for row in ExerciseActivity.objects.order_by("code").values()
    ]


def cognitive_activities(language: str) -> list[dict[str, Any]]:
    return [
        {
            **_entry(row, language),
            "category": row["category"],
            "usually_social": row["usually_social"],
            "examples": _text(row["examples"], language, []),
        }
        for row in CognitiveActivity.objects.order_by("code").values()
    ]


def foods(language: str) -> list[dict[str, Any]]:
    return [
        {
            **_entry(row, language),
            "category": row["category"],
            "food_group": next(iter(row["gives"])) if len(row["gives"]) == 1 else None,
            "gives": row["gives"],
            "household_measure": _text(row["household_measures"], language),
            "common": row["common"],
        }
        for row in Food.objects.order_by("code").values()
    ]


def practices(language: str) -> list[dict[str, Any]]:
    return [
        {
            "code": practice.code,
            "label": _text(PRACTICE_LABELS[practice.code], language),
            "domain": practice.domain,
            "unit": practice.unit,
            "target": practice.target / practice.base_per_unit,
            "scales_with_days": practice.scales_with_days,
            "weight": practice.weight / 100,
            "weight_65": practice.weight_65 / 100,
            "source": practice.source,
        }
        for practice in WES_1_0_0.practices
    ]


class CatalogueView(PublicView):
    """One list of the catalogue. It holds nothing of anybody's, so no sign-in is asked for."""

    entries: Callable[[str], list[dict[str, Any]]]

    def get(self, request: Request) -> Response:
        given = read_parameters(request, {"q": _search_text, "language": _language})
        results = self.entries(given.get("language", FALLBACK_LANGUAGE))
        if wanted := given.get("q"):
            results = [entry for entry in results if _mentions(entry, wanted)]
        tag = content_tag(results)
        headers = {"ETag": tag, "Cache-Control": "public, max-age=300"}
        if not_modified(request, tag):
            return Response(status=304, headers=headers)
        return Response({"results": results}, headers=headers)


def _describe(what: str, name: str, entry: dict[str, Any]) -> Any:
    entries = object_schema({"results": array_schema(named_schema(name, entry))})
    return extend_schema_view(
        get=extend_schema(
            operation_id=f"list_{what.replace(' ', '_')}",
            summary=f"All {what}",
            auth=[],
            parameters=[
                OpenApiParameter(
                    "q",
                    {"type": "string", "minLength": 1, "maxLength": 80},
                    description="Only entries with this in their code, label or synonyms.",
                ),
                OpenApiParameter(
                    "language",
                    {"type": "string", "minLength": 2, "maxLength": 16, "pattern": "^[A-Za-z0-9-]+$"},
                    description="Of labels and synonyms; `en` if not given.",
                ),
                IF_NONE_MATCH,
                etag(200, 304),
            ],
            responses={200: OpenApiResponse(named_schema(f"{name}List", entries)), 304: None, **problems(422)},
            tags=["catalogue"],
        )
    )


def _search_text(text: str) -> str:
    if not 1 <= len(text.strip()) <= 80:
        raise ValueError("Expected 1 to 80 characters.")
    return text.strip().casefold()


def _language(text: str) -> str:
    if not 2 <= len(text) <= 16 or not (text.isascii() and text.replace("-", "").isalnum()):
        raise ValueError("Expected a language tag such as en.")
    return text


def _mentions(entry: dict[str, Any], wanted: str) -> bool:
    texts = (entry["code"].replace("_", " "), entry.get("label", ""), *entry.get("synonyms", ()))
    return any(wanted in text.casefold() for text in texts)


@_describe("exercise activities", "ExerciseActivity", EXERCISE_ACTIVITY)
class ExerciseActivitiesView(CatalogueView):
    entries = staticmethod(exercise_activities)


@_describe("cognitive activities", "CognitiveActivity", COGNITIVE_ACTIVITY)
class CognitiveActivitiesView(CatalogueView):
    entries = staticmethod(cognitive_activities)


@_describe("foods", "Food", FOOD)
class FoodsView(CatalogueView):
    entries = staticmethod(foods)


@_describe("practices", "Practice", PRACTICE)
class PracticesView(CatalogueView):
    entries = staticmethod(practices)
