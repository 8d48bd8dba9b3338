"""A guidance text as a form: its words in every language side by side, the step in fields, and whom it fits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from backend.languages import DEFAULT_LANGUAGE, LANGUAGES
from tracker.evidence import read_evidence
from tracker.guidance.stored import content_of, read_text
from tracker.guidance_editing import seen_hash
from tracker.models import GuidanceText, GuidanceVersion
from tracker.models.activity import CATEGORY_CHOICES, INTENSITY_CHOICES
from tracker.models.guidance import TURN_CHOICES
from tracker.practice_labels import PRACTICE_LABELS
from tracker.scoring.protocol import PRACTICES
from tracker.wellness import SAFETY_LINES

OTHER_PRACTICES = {"logging": "Weeks without a number yet", "rest": "Excused weeks"}
AGES = [("", "Everybody"), ("true", "65 or over"), ("false", "Younger than 65")]
STARTS = [("", "Whether or not"), ("true", "Some of the practice was logged"), ("false", "None of it was logged yet")]
DAYS = [("free", "A day that has none yet"), ("same", "A day that has some already")]
CONDITIONS = {
    "does": "Something was logged of",
    "does_not": "Nothing was logged of",
    "mentions": "The text speaks of",
}
STEP_FIELDS = {
    "exercise": (("minutes", "on"), ("intensity",), ("strength", "balance")),
    "cognitive": (("minutes", "on"), ("categories",), ("social",)),
    "diet": (("servings", "on"),),
}
MAX_TITLE, MAX_TEXT = 80, 400


def practice_label(code: str) -> str:
    """In the staff's language."""
    return OTHER_PRACTICES.get(code) or str(PRACTICE_LABELS[code][DEFAULT_LANGUAGE])


def _one_paragraph(text: str) -> None:
    if not text.isprintable():
        raise ValidationError("In one paragraph, please, without characters that nobody sees.")


def _words(name: str, language: str, *, longest: int, rows: int | None) -> forms.CharField:
    attributes: dict[str, Any] = {"lang": language, "data-guidance": "words", "maxlength": longest}
    widget = (
        UnfoldAdminTextareaWidget(attrs={**attributes, "rows": rows})
        if rows
        else UnfoldAdminTextInputWidget(attributes)
    )
    label = f"{name}, {dict(LANGUAGES)[language]}"
    return forms.CharField(required=False, label=label, max_length=longest, widget=widget, validators=[_one_paragraph])


TITLES = {f"title_{code}": _words("Title", code, longest=MAX_TITLE, rows=None) for code, _ in LANGUAGES}
TEXTS = {f"text_{code}": _words("Text", code, longest=MAX_TEXT, rows=4) for code, _ in LANGUAGES}


def _choice(choices: Any, **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(choices=choices, required=False, widget=UnfoldAdminSelectWidget, **options)


def _several(choices: Any, **options: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        choices=choices, required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget, **options
    )


class GuidanceTextForm(forms.ModelForm):  # type: ignore[type-arg]
    """What both kinds have. An unfit text can be saved, as a draft: what it lacks is said, and keeps it from being reviewed."""

    kind: ClassVar[str]
    practice: ClassVar[str]
    version: ClassVar[GuidanceVersion | None]
    """The newest one, which the form shows."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    note = forms.CharField(
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text="What changed and why, for the history and for who reviews it.",
    )

    class Meta:
        model = GuidanceText
        fields = ("code", "turn")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.adding = self.instance._state.adding
        if self.adding:
            self.instance.kind, self.instance.practice = self.kind, self.practice
        else:
            self.fields["code"].disabled = True
            self.fields["turn"].disabled = self.instance.versions.filter(published_at__isnull=False).exists()
        self.fields["seen"].initial = seen_hash(self.version)
        for name, value in self.initial_content(self.version.content if self.version else {}).items():
            if name in self.fields:
                self.fields[name].initial = value

    def initial_content(self, content: dict[str, Any]) -> dict[str, Any]:
        """By field, what a version says."""
        return {
            f"{part}_{language}": content.get(part, {}).get(language, "")
            for part in ("title", "text")
            for language, _ in LANGUAGES
        }

    def words(self, part: str) -> dict[str, str]:
        said = {language: self.cleaned_data.get(f"{part}_{language}", "") for language, _ in LANGUAGES}
        return {language: text for language, text in said.items() if text}

    def content(self) -> dict[str, Any]:
        """What the form says, as a version stores it."""
        return content_of(read_text(self.kind, self.instance.document(self.said())))

    def said(self) -> dict[str, Any]:
        return {"text": self.words("text")}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("seen", "") != seen_hash(self.version):
            self.add_error(
                None,
                "Somebody has changed this text meanwhile. Open it in another window, and bring your changes over.",
            )
        return values


class EncouragementForm(GuidanceTextForm):
    pass


class SuggestionForm(GuidanceTextForm):
    minutes = forms.IntegerField(required=False, min_value=1, max_value=240, widget=UnfoldAdminIntegerFieldWidget)
    intensity = _choice([("", "-"), *INTENSITY_CHOICES])
    strength = forms.BooleanField(required=False, widget=UnfoldBooleanWidget, help_text="It is strength exercise.")
    balance = forms.BooleanField(required=False, widget=UnfoldBooleanWidget, help_text="It is balance exercise.")
    categories = _several(CATEGORY_CHOICES, help_text="It may be any of these; the one that adds most is shown.")
    social = forms.BooleanField(required=False, label="In company", widget=UnfoldBooleanWidget)
    servings = forms.DecimalField(
        required=False, min_value=Decimal(0), max_digits=4, decimal_places=2, widget=UnfoldAdminDecimalFieldWidget
    )
    on = _choice(DAYS, label="On", initial="free")
    evidence_id = _choice([], label="Evidence card")
    safety = _choice(
        [("", "None"), *((code, code.capitalize()) for code in SAFETY_LINES)],
        label="Safety line",
        help_text="Shown under the text. A vigorous step needs its own.",
    )
    older = _choice(AGES, label="Age")
    started = _choice(STARTS, label="This week")
    does = _several([], label=CONDITIONS["does"])
    does_not = _several([], label=CONDITIONS["does_not"])
    mentions = _several(
        [], label=CONDITIONS["mentions"], help_text="Practices that must apply to the participant, or it isn't offered."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cards = [card for card in read_evidence().cards.values() if self.practice in card.practices]
        self.fields["evidence_id"].choices = [  # type: ignore[attr-defined]
            ("", "Choose one"),
            *((card.id, f"{card.title[DEFAULT_LANGUAGE]} ({card.grade})") for card in cards),
        ]
        self.fields["evidence_id"].widget.attrs["data-guidance"] = "card"
        practices = [(code, practice_label(code)) for code in PRACTICES if code != self.practice]
        for name in CONDITIONS:
            self.fields[name].choices = practices  # type: ignore[attr-defined]

    def initial_content(self, content: dict[str, Any]) -> dict[str, Any]:
        when = content.get("when", {})
        flags = {name: "" if when.get(name) is None else str(when[name]).lower() for name in ("older", "started")}
        return {
            **super().initial_content(content),
            "on": "free",
            **content.get("step", {}),
            **{name: when.get(name, []) for name in CONDITIONS},
            **flags,
            "evidence_id": content.get("evidence_id", ""),
            "safety": content.get("safety") or "",
        }

    def said(self) -> dict[str, Any]:
        given = self.cleaned_data
        step_fields = [name for line in STEP_FIELDS[PRACTICES[self.practice].domain] for name in line]
        when = {name: given[name] for name in CONDITIONS if given.get(name)}
        when |= {name: given[name] == "true" for name in ("older", "started") if given.get(name)}
        return {
            **super().said(),
            "title": self.words("title"),
            "step": {name: _plain(given[name]) for name in step_fields if given.get(name)},
            "evidence_id": given.get("evidence_id", ""),
            "safety": given.get("safety") or None,
            "when": when,
        }


def _plain(value: Any) -> Any:
    """A decimal as short as it can be written."""
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value


_code = forms.CharField(
    max_length=80,
    widget=UnfoldAdminTextInputWidget,
    validators=[RegexValidator(r"^[a-z][a-z0-9_]+\Z", "Small letters, digits and _, a letter first.")],
    help_text="Such as walk_after_lunch. It is for ever: what participants say of the text hangs on it.",
)
_turn = forms.TypedChoiceField(
    choices=TURN_CHOICES,
    coerce=int,
    widget=UnfoldAdminSelectWidget,
    label="Week",
    help_text="Each text is offered in one of every four weeks.",
)


def form_for(kind: str, practice: str, version: GuidanceVersion | None) -> type[GuidanceTextForm]:
    base: type[GuidanceTextForm] = SuggestionForm if kind == "suggestion" else EncouragementForm
    words = {**TITLES, **TEXTS} if kind == "suggestion" else TEXTS
    own = {"code": _code, "turn": _turn, **words, "kind": kind, "practice": practice, "version": version}
    return type(base.__name__, (base,), {**own, "__module__": __name__})


def fieldsets_for(kind: str, practice: str) -> list[tuple[str | None, dict[str, Any]]]:
    languages = [code for code, _ in LANGUAGES]
    texts = tuple(f"text_{code}" for code in languages)
    first: tuple[str | None, dict[str, Any]] = (None, {"fields": (("code", "turn"), "seen")})
    last: tuple[str | None, dict[str, Any]] = ("For the history", {"fields": ("note",)})
    if kind == "encouragement":
        return [first, ("Words", {"fields": (texts,)}), last]
    titles = tuple(f"title_{code}" for code in languages)
    domain = PRACTICES[practice].domain
    return [
        first,
        ("Words", {"fields": (titles, texts)}),
        ("The step, as it would be logged", {"fields": STEP_FIELDS[domain]}),
        ("Why", {"fields": (("evidence_id", "safety"),)}),
        ("Whom it fits", {"fields": (("older", "started"), "does", "does_not", "mentions")}),
        last,
    ]
