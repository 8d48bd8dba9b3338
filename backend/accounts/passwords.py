"""What a password must be: long enough, not absurdly long, and not a common one. No rules of composition."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

PARTICIPANTS_MINIMUM = 12
STAFF_MINIMUM = 15
MAXIMUM = 256


def same_on_every_phone(password: str) -> str:
    """The form that is hashed: NFKC, for keyboards write one letter in several ways, and no blanks at the ends."""
    return unicodedata.normalize("NFKC", password).strip()


def is_long_enough(password: str, *, for_staff: bool) -> bool:
    return len(same_on_every_phone(password)) >= (STAFF_MINIMUM if for_staff else PARTICIPANTS_MINIMUM)


def is_staff(user: Any) -> bool:
    return bool(getattr(user, "is_staff", False) or getattr(user, "is_superuser", False))


class LengthValidator:
    """At least 12 characters for participants and 15 for staff, at most 256 for anybody."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > MAXIMUM:
            raise ValidationError(
                gettext("This password has more than %(most)s characters.") % {"most": MAXIMUM},
                code="password_too_long",
            )
        if not is_long_enough(password, for_staff=is_staff(user)):
            least = STAFF_MINIMUM if is_staff(user) else PARTICIPANTS_MINIMUM
            raise ValidationError(
                gettext("This password has fewer than %(least)s characters.") % {"least": least},
                code="password_too_short",
            )

    def get_help_text(self) -> str:
        return gettext("At least %(least)s characters, for staff %(staff)s; at most %(most)s.") % {
            "least": PARTICIPANTS_MINIMUM,
            "staff": STAFF_MINIMUM,
            "most": MAXIMUM,
        }


class NotCommonValidator(CommonPasswordValidator):
    """Not one of the 20 000 most common passwords of Django's list, whatever its case and its way of writing a letter."""

    def validate(self, password: str, user: Any = None) -> None:
        super().validate(same_on_every_phone(password), user)
