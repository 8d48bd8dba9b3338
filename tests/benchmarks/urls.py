"""Engram's addresses, and beside two of them the same answer as PostgreSQL builds it."""

from django.urls import path

from config.urls import *
from tests.benchmarks.postgres_json import PageOfLogs, PullPage, WeekDocument

urlpatterns = [
    *urlpatterns,
    path("bench/exercise-logs", PageOfLogs.as_view()),
    path("bench/sync/pull", PullPage.as_view()),
    path("bench/weeks/current", WeekDocument.as_view()),
]
