"""What staff can correct of each type of record: the fields that an app may send, but for its id and origin."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from backend.sync.staff_edits import RecordForm
from tracker.admin.diet_items import ItemsField
from tracker.models import CognitiveLog, DayMark, DietLog, ExerciseLog, WeekConfirmation
from tracker.models.activity import INTENSITY_CHOICES, MEALS
from tracker.record_types import COGNITIVE_LOG, DAY_MARK, DIET_LOG, EXERCISE_LOG, WEEK_CONFIRMATION
from tracker.scoring.protocol import DOMAINS

DOMAIN_CHOICES = [(code, code.capitalize()) for code in DOMAINS]
TIME_HELP = "With the offset from UTC where the participant was, such as 2026-11-16T08:00:00+01:00."


class Text(forms.CharField):
    """One line. Empty means that nothing is said."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"widget": UnfoldAdminTextInputWidget, "empty_value": None, **options})


class Time(Text):
    def __init__(self, **options: Any) -> None:
        super().__init__(**{"help_text": TIME_HELP, **options})


class NoteWidget(UnfoldAdminTextareaWidget):  # type: ignore[misc]
    # unfold's own loses a line break at the beginning.
    template_name = "django/forms/widgets/textarea.html"


class Note(forms.CharField):
    def __init__(self) -> None:
        super().__init__(widget=NoteWidget, required=False, strip=False)

    def to_python(self, value: Any) -> str:
        """Whatever a line break was, browsers send two characters."""
        text = super().to_python(value) or ""
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(initial) != self.to_python(data)


class Metres(forms.DecimalField):
    def __init__(self) -> None:
        super().__init__(
            widget=UnfoldAdminDecimalFieldWidget(attrs={"step": "any"}), required=False, help_text="Metres."
        )

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(None if initial is None else Decimal(str(initial)), data)


class Seconds(forms.IntegerField):
    def __init__(self) -> None:
        super().__init__(widget=UnfoldAdminIntegerFieldWidget, help_text="Active time in seconds, pauses left out.")


class Choice(forms.TypedChoiceField):
    def __init__(self, choices: list[tuple[str, str]], *, required: bool = True) -> None:
        offered = choices if required else [("", "Not given"), *choices]
        super().__init__(choices=offered, widget=UnfoldAdminSelectWidget, required=required, empty_value=None)


class Domains(forms.MultipleChoiceField):
    def __init__(self) -> None:
        super().__init__(choices=DOMAIN_CHOICES, widget=UnfoldAdminCheckboxSelectMultipleWidget, required=False)


class YesNo(forms.BooleanField):
    def __init__(self, **options: Any) -> None:
        super().__init__(**{"widget": UnfoldBooleanSwitchWidget, "required": False, **options})


class ExerciseLogForm(RecordForm):
    record_type = EXERCISE_LOG
    activity = Text(help_text="A code of the catalogue.")
    started_at = Time()
    ended_at = Time(required=False)
    duration_seconds = Seconds()
    effort = Choice(INTENSITY_CHOICES, required=False)
    distance_m = Metres()
    separate_session = YesNo(help_text="Real, although another source has a session at the same time.")
    activity_name = Text(required=False, strip=False)
    time_zone = Text(required=False)
    note = Note()

    class Meta:
        model = ExerciseLog
        fields = ()


class CognitiveLogForm(RecordForm):
    record_type = COGNITIVE_LOG
    activity = Text(help_text="A code of the catalogue.")
    started_at = Time()
    duration_seconds = Seconds()
    social = YesNo()
    activity_name = Text(required=False, strip=False)
    time_zone = Text(required=False)
    note = Note()

    class Meta:
        model = CognitiveLog
        fields = ()


class DietLogForm(RecordForm):
    record_type = DIET_LOG
    eaten_at = Time()
    meal = Choice([(code, code.capitalize()) for code in MEALS])
    items = ItemsField(
        required=False,
        help_text="A food of the catalogue, or else a food group; how many servings, or household measures of the food."
        " Empty a row to take it out.",
    )
    time_zone = Text(required=False)
    note = Note()

    class Meta:
        model = DietLog
        fields = ()


class DayMarkForm(RecordForm):
    record_type = DAY_MARK
    excused = YesNo()
    nothing = Domains()

    class Meta:
        model = DayMark
        fields = ()


class WeekConfirmationForm(RecordForm):
    record_type = WEEK_CONFIRMATION
    domains = Domains()

    class Meta:
        model = WeekConfirmation
        fields = ()
