"""Pictures that travel inside a mail: one alternative to the plain text, as RFC 2387 has it."""

from __future__ import annotations

import email
import email.policy
from typing import Any

from backend.outbox.kinds import InlineImage, RenderedMail, register_kind
from backend.outbox.messages import build_message
from backend.outbox.models import OutgoingMail

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def built(mail: RenderedMail) -> Any:
    register_kind("pictured", lambda context: mail)
    row = OutgoingMail(kind="pictured", context={}, message_id="<1@example.org>")
    return email.message_from_bytes(
        build_message(row, "rosa@example.org").message().as_bytes(), policy=email.policy.default
    )


def test_pictures_are_related_to_the_html() -> None:
    image = InlineImage.of("week", PNG)
    message = built(RenderedMail("Hello", "Text", f'<img src="cid:{image.content_id}">', (image,)))
    assert message.get_content_type() == "multipart/alternative"
    plain, related = message.iter_parts()
    assert (plain.get_content_type(), related.get_content_type()) == ("text/plain", "multipart/related")
    assert related.get_param("type") == "text/html"
    html, picture = related.iter_parts()
    assert html.get_content().strip() == f'<img src="cid:{image.content_id}">'
    assert (picture["Content-ID"], picture.get_content_type()) == (f"<{image.content_id}>", "image/png")
    assert (picture.get_content_disposition(), picture.get_filename()) == ("inline", "week.png")
    assert picture.get_content() == PNG
    assert message.get_body(("html",)).get_content() == html.get_content()
    assert list(message.iter_attachments()) == []


def test_without_pictures_there_is_nothing_around_the_html() -> None:
    message = built(RenderedMail("Hello", "Text", "<p>HTML</p>"))
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_a_subject_stays_one_header() -> None:
    message = built(RenderedMail("Hello\r\nBcc: eve@example.org", "Text", "<p>HTML</p>"))
    assert (message["Subject"], message["Bcc"]) == ("Hello Bcc: eve@example.org", None)


def test_other_pictures_have_other_ids() -> None:
    first, again, other = InlineImage.of("week", b"1"), InlineImage.of("week", b"1"), InlineImage.of("week", b"2")
    assert first.content_id == again.content_id != other.content_id


def test_to_look_at_it_the_pictures_stand_in_the_html() -> None:
    image = InlineImage.of("week", b"1")
    shown = RenderedMail("", "", f'<img src="cid:{image.content_id}">', (image,)).html_with_images()
    assert shown == '<img src="data:image/png;base64,MQ==">'
