"""What a name may hold: it stands in mails, lists and the admin, between other people's words."""

from __future__ import annotations

import unicodedata

from rest_framework import serializers

# Control characters, what is invisible or turns the direction of the text that follows, private characters and line ends …
UNFIT = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
# … but for the two that join letters, which names in Persian or Hindi and many emoji are written with.
JOINERS = frozenset("\u200c\u200d")


def fits_a_name(character: str) -> bool:
    return unicodedata.category(character) not in UNFIT or character in JOINERS


def one_visible_line(text: str) -> None:
    """A validator for text that names something. Raises `ValidationError`."""
    if not all(map(fits_a_name, text)):
        raise serializers.ValidationError(
            "This is one line, of visible characters, in the order it is written.", code="characters"
        )
