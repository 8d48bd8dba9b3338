"""The addresses under `/v1`."""

from __future__ import annotations

from datetime import date

from django.urls import path, register_converter

import backend.api.converters  # noqa: F401  (registers <id:…>)
from backend.api.parameters import iso_date
from backend.consents import views as consents
from backend.privacy import export_views
from backend.privacy import views as privacy
from tracker.api import (
    catalogue,
    evidence,
    logs,
    me,
    own_records,
    preferences,
    repeating,
    server,
    sync,
    weeks,
    what_if,
)
from tracker.record_types.times import read_week
from tracker.scoring.weeks import Week


class DateConverter:
    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return iso_date(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


class WeekConverter:
    regex = r"[0-9]{4}-W[0-9]{2}"

    def to_python(self, value: str) -> Week:
        return read_week(value)

    def to_url(self, value: Week) -> str:
        return str(value)


register_converter(DateConverter, "date")
register_converter(WeekConverter, "week")

urlpatterns = [
    path("server", server.ServerView.as_view()),
    path("me", me.MeView.as_view()),
    path("me/changes", me.ProfileChangesView.as_view()),
    path("consent-documents", consents.ConsentDocumentsView.as_view()),
    path("consent-documents/<str:kind>/<int:version>", consents.ConsentDocumentView.as_view()),
    path("consents", consents.ConsentsView.as_view()),
    path("exports", export_views.ExportListView.as_view()),
    path("exports/<id:uid>", export_views.ExportView.as_view()),
    path("exports/<id:uid>/download", export_views.ExportDownloadView.as_view()),
    path("export-downloads/<id:uid>", export_views.ExportLinkView.as_view(), name="download_export_by_link"),
    path("erasure", privacy.ErasureView.as_view()),
    path("erasure/code", privacy.ErasureCodeView.as_view()),
    path("exercise-logs", logs.ExerciseLogListView.as_view(), name="exercise_log"),
    path("exercise-logs/<id:uid>", logs.ExerciseLogView.as_view()),
    path("exercise-logs/<id:uid>/repeat", repeating.ExerciseLogRepeatView.as_view()),
    path("cognitive-logs", logs.CognitiveLogListView.as_view(), name="cognitive_log"),
    path("cognitive-logs/<id:uid>", logs.CognitiveLogView.as_view()),
    path("cognitive-logs/<id:uid>/repeat", repeating.CognitiveLogRepeatView.as_view()),
    path("diet-logs", logs.DietLogListView.as_view(), name="diet_log"),
    path("diet-logs/<id:uid>", logs.DietLogView.as_view()),
    path("diet-logs/<id:uid>/repeat", repeating.DietLogRepeatView.as_view()),
    path("own-foods", own_records.OwnFoodListView.as_view()),
    path("own-foods/<id:uid>", own_records.OwnFoodView.as_view()),
    path("own-activities", own_records.OwnActivityListView.as_view()),
    path("own-activities/<id:uid>", own_records.OwnActivityView.as_view()),
    path("favourites", own_records.FavouriteListView.as_view()),
    path("favourites/<id:uid>", own_records.FavouriteView.as_view()),
    path("meal-templates", own_records.MealTemplateListView.as_view()),
    path("meal-templates/<id:uid>", own_records.MealTemplateView.as_view()),
    path("meal-templates/<id:uid>/log", repeating.MealTemplateLogView.as_view()),
    path("goals", preferences.GoalListView.as_view()),
    path("goals/<id:uid>", preferences.GoalView.as_view()),
    path("suggestion-feedback", preferences.SuggestionFeedbackListView.as_view()),
    path("suggestion-feedback/<path:suggestion>", preferences.SuggestionFeedbackView.as_view()),
    path("day-marks", logs.DayMarkListView.as_view()),
    path("day-marks/<date:day>", logs.DayMarkView.as_view()),
    path("weeks", weeks.WeekListView.as_view()),
    path("weeks/current", weeks.CurrentWeekView.as_view()),
    path("weeks/<week:week>", weeks.WeekView.as_view()),
    path("weeks/<week:week>/confirmation", logs.WeekConfirmationView.as_view()),
    path("weeks/<week:week>/guidance", weeks.GuidanceView.as_view()),
    path("weeks/<week:week>/summary", weeks.SummaryView.as_view()),
    path("weeks/<week:week>/what-if", what_if.WhatIfView.as_view()),
    path("sync/push", sync.PushView.as_view()),
    path("sync/pull", sync.PullView.as_view()),
    path("sync/status", sync.SyncStatusView.as_view()),
    path("sync/origins", sync.OriginListView.as_view()),
    path("sync/origins/<path:platform>", sync.OriginView.as_view()),
    path("catalogue/exercise-activities", catalogue.ExerciseActivitiesView.as_view()),
    path("catalogue/cognitive-activities", catalogue.CognitiveActivitiesView.as_view()),
    path("catalogue/foods", catalogue.FoodsView.as_view()),
    path("catalogue/practices", catalogue.PracticesView.as_view()),
    path("evidence", evidence.EvidenceView.as_view()),
    path("evidence/<str:card_id>", evidence.EvidenceCardView.as_view()),
    path("catalogue/search", catalogue.SearchView.as_view()),
]
