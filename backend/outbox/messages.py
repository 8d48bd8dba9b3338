"""The message of a mail in the outbox: its words, its pictures and its headers."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import Message
from email.mime.image import MIMEImage
from typing import Any, cast

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import SafeMIMEMultipart

from backend.outbox.kinds import InlineImage, RenderedMail, render
from backend.outbox.models import OutgoingMail
from backend.outbox.sealed import Letter
from backend.outbox.unsubscribing import bulk_headers, links_of


class MailMessage(EmailMultiAlternatives):
    """A mail whose attachments are pictures that its HTML shows: providers' APIs take them by their Content-ID, and over SMTP
    they are one alternative together with the HTML (RFC 2387)."""

    def message(self, **options: Any) -> Any:
        pictures, self.attachments = self.attachments, []
        built: Any = super().message(**options)
        self.attachments = pictures
        if pictures:
            plain, html = cast("list[Message]", built.get_payload())
            related = SafeMIMEMultipart(_subtype="related", type="text/html")
            for part in (html, *cast("list[MIMEImage]", pictures)):
                related.attach(part)
            built.set_payload([plain, related])
        return built


def build_message(
    mail: OutgoingMail, recipient: str, *, letter: Letter | None = None, link_key: bytes | None = None
) -> EmailMultiAlternatives:
    """The message, under the Message-ID that the row has had from the start, with the words of the letter that was sealed in
    it, if there was one. Its links are signed with `link_key`, or with a key that is looked up for it alone."""
    links = {} if mail.user_id is None else links_of(mail.user_id, mail.kind, key=link_key)
    rendered = _written(mail, letter, links)
    message = MailMessage(
        " ".join(rendered.subject.split()),  # a header is one line
        rendered.text,
        settings.DEFAULT_FROM_EMAIL,
        [recipient],
        headers={
            "Message-ID": mail.message_id,
            "Auto-Submitted": "auto-generated",
            **bulk_headers(mail.kind, links),
        },
    )
    if rendered.html:
        message.attach_alternative(rendered.html, "text/html")
    for image in rendered.images:
        message.attach(_part_of(image))
    return message


def _written(mail: OutgoingMail, letter: Letter | None, links: Mapping[str, str]) -> RenderedMail:
    """Raises KeyError for a kind that nobody registered: of one that was sealed the words are gone."""
    if letter is not None:
        return RenderedMail(letter.subject, letter.text, "")
    return render(mail.kind, {**mail.context, **links})


def _part_of(image: InlineImage) -> MIMEImage:
    part = MIMEImage(image.png, "png")
    part["Content-ID"] = f"<{image.content_id}>"
    part.add_header("Content-Disposition", "inline", filename=image.name)
    return part
