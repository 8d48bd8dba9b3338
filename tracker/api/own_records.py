"""Foods and activities of somebody's own, favourites and templates of meals over REST."""

from __future__ import annotations

from backend.sync.views import RecordDetailView, RecordListView
from tracker.api.record_operations import describe_detail, describe_list
from tracker.record_types import FAVOURITE, MEAL_TEMPLATE, OWN_ACTIVITY, OWN_FOOD

TAG = "own"


@describe_list(OWN_FOOD, TAG)
class OwnFoodListView(RecordListView):
    record_type = OWN_FOOD


@describe_detail(OWN_FOOD, TAG)
class OwnFoodView(RecordDetailView):
    record_type = OWN_FOOD


@describe_list(OWN_ACTIVITY, TAG)
class OwnActivityListView(RecordListView):
    record_type = OWN_ACTIVITY


@describe_detail(OWN_ACTIVITY, TAG)
class OwnActivityView(RecordDetailView):
    record_type = OWN_ACTIVITY


@describe_list(FAVOURITE, TAG)
class FavouriteListView(RecordListView):
    record_type = FAVOURITE


@describe_detail(FAVOURITE, TAG)
class FavouriteView(RecordDetailView):
    record_type = FAVOURITE


@describe_list(MEAL_TEMPLATE, TAG)
class MealTemplateListView(RecordListView):
    record_type = MEAL_TEMPLATE


@describe_detail(MEAL_TEMPLATE, TAG)
class MealTemplateView(RecordDetailView):
    record_type = MEAL_TEMPLATE
