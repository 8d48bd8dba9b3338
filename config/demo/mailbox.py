"""A local mailbox: a real SMTP server that keeps every message as .eml, and its HTML part beside it."""

from __future__ import annotations

import email.policy
import os
import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from config.demo.processes import free_port


class Keeper:
    """Writes each message to disk before the server answers that it has it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        content: bytes = envelope.content
        message = parse(content)
        name = re.sub(r"[^A-Za-z0-9@._-]", "", message["Message-ID"] or "without-id")
        for recipient in envelope.rcpt_tos:
            folder = self.folder / re.sub(r"[^A-Za-z0-9.@_-]", "_", recipient)
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.eml").write_bytes(content)
            html = message.get_body(("html",))
            if html is not None:
                (folder / f"{name}.html").write_text(with_pictures(message, html.get_content()), encoding="utf-8")
        return "250 Kept"


def parse(content: bytes) -> EmailMessage:
    message = BytesParser(policy=email.policy.default).parsebytes(content)
    assert isinstance(message, EmailMessage)  # the default policy makes nothing else
    return message


def with_pictures(message: EmailMessage, html: str) -> str:
    """The HTML part with the pictures that travel beside it put in: a browser knows no Content-ID."""
    for part in message.walk():
        if isinstance(part, EmailMessage) and (content_id := part["Content-ID"]):
            data = b64encode(part.get_content()).decode()
            html = html.replace(f"cid:{content_id.strip('<>')}", f"data:{part.get_content_type()};base64,{data}")
    return html


def messages_for(folder: Path, recipient: str) -> list[tuple[Path, EmailMessage]]:
    """What has arrived for somebody, oldest first."""
    files = sorted((folder / recipient).glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
    return [(file, parse(file.read_bytes())) for file in files]


@contextmanager
def local_mailbox(folder: Path) -> Iterator[Path | None]:
    """Serve a mailbox and point EMAIL_URL at it; None if EMAIL_URL names a server already."""
    if os.environ.get("EMAIL_URL"):
        yield None
        return
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port("127.0.0.1", preferred=1025)
    controller = Controller(Keeper(folder), hostname="127.0.0.1", port=port)
    controller.start()
    os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{port}"
    try:
        yield folder
    finally:
        controller.stop()
