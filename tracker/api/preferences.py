"""Goals of somebody's own, and what they think of suggestions, over REST."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from backend.sync.views import RecordDetailView, RecordListView
from tracker.api.logs import MarkView, describe_mark
from tracker.api.record_operations import describe_detail, describe_list, list_operation
from tracker.record_types import GOAL, SUGGESTION_FEEDBACK
from tracker.record_types.feedback import suggestion_feedback_id

TAG = "preferences"


@describe_list(GOAL, TAG)
class GoalListView(RecordListView):
    record_type = GOAL


@describe_detail(GOAL, TAG)
class GoalView(RecordDetailView):
    record_type = GOAL


@extend_schema_view(get=list_operation(SUGGESTION_FEEDBACK, TAG))
class SuggestionFeedbackListView(RecordListView):
    record_type = SUGGESTION_FEEDBACK
    http_method_names = ["get", "options"]


@describe_mark(SUGGESTION_FEEDBACK, "what somebody thinks of a suggestion", TAG)
class SuggestionFeedbackView(MarkView):
    record_type = SUGGESTION_FEEDBACK
    key = "suggestion"

    def get(self, request: Request, suggestion: str) -> Response:
        return self.read(request, suggestion_feedback_id(suggestion))

    def put(self, request: Request, suggestion: str) -> Response:
        return self.replace(request, suggestion_feedback_id(suggestion), suggestion)
