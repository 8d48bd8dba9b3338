"""Goals of somebody's own over REST."""

from __future__ import annotations

from backend.sync.views import RecordDetailView, RecordListView
from tracker.api.record_operations import describe_detail, describe_list
from tracker.record_types import GOAL

TAG = "preferences"


@describe_list(GOAL, TAG)
class GoalListView(RecordListView):
    record_type = GOAL


@describe_detail(GOAL, TAG)
class GoalView(RecordDetailView):
    record_type = GOAL
