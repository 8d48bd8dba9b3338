"""Publishing consent documents: drafts from files or from the admin, then for ever as they are."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import models, transaction

from backend.api.json import encode
from backend.consents.models import ConsentDocument, Kind
from backend.languages import DEFAULT_LANGUAGE

SAMPLES = Path(__file__).parent / "data"
_FILE = re.compile(r"(?P<kind>[a-z]+)-(?P<version>[1-9]\d{0,5})\.(?P<language>[a-z]{2}(?:-[A-Z]{2})?)\.md", re.ASCII)

Texts = Mapping[str, Mapping[str, str]]


class CannotPublish(Exception):
    """The draft isn't fit, or the version has had its time; the text says why."""


class CannotLoad(Exception):
    """A file that can't be read as a document, or that would change a published one."""


@dataclass(frozen=True, slots=True)
class DocumentFile:
    kind: str
    version: int
    texts: Texts


def texts_hash(texts: Texts) -> str:
    """SHA-256 of the texts in one canonical form, in hexadecimal."""
    ordered = {language: dict(sorted(text.items())) for language, text in sorted(texts.items())}
    return hashlib.sha256(encode(ordered)).hexdigest()


@transaction.atomic
def publish(document: ConsentDocument, *, now: datetime) -> None:
    """Publish a draft. Raises CannotPublish; a document that is published already stays as it is."""
    same_kind = ConsentDocument.objects.filter(kind=document.kind).select_for_update()
    versions = {row.version: row for row in same_kind}
    stored = versions[document.version]
    if stored.published_at is not None:
        return
    newest = max((version for version, row in versions.items() if row.published_at), default=0)
    if stored.version < newest:
        raise CannotPublish(f"Version {newest} is published already; a new text needs a higher version.")
    _check(stored.texts)
    stored.published_at, stored.content_hash = now, texts_hash(stored.texts)
    stored.save(update_fields=["published_at", "content_hash"])


def _check(texts: Any) -> None:
    if not isinstance(texts, dict) or DEFAULT_LANGUAGE not in texts:
        raise CannotPublish(f"There is no text in the language {DEFAULT_LANGUAGE!r}.")
    for language, text in texts.items():
        if not all(isinstance(text.get(part), str) and text[part].strip() for part in ("title", "body")):
            raise CannotPublish(f"The text in the language {language!r} needs a title and a body.")


def in_language(document: ConsentDocument, language: str) -> tuple[str, Mapping[str, str]]:
    """The language that the document has for this one, and the text in it."""
    texts: Texts = document.texts
    known = language if language in texts else DEFAULT_LANGUAGE
    return known, texts[known]


@transaction.atomic
def load_documents(folder: Path, *, now: datetime, published: bool) -> list[ConsentDocument]:
    """Bring a folder's documents in as drafts, or published; safe to run again. Raises CannotLoad or CannotPublish.

    A draft takes the file's texts. A published document is left alone: refused are other words, while a language that it
    was published without has to wait for its next version.
    """
    loaded = []
    for file in sorted(read_folder(folder), key=lambda file: (file.kind, file.version)):
        document, _ = ConsentDocument.objects.get_or_create(
            kind=file.kind, version=file.version, defaults={"texts": file.texts}
        )
        if document.published_at is None:
            ConsentDocument.objects.filter(pk=document.pk).update(texts=models.Value(file.texts, models.JSONField()))
            if published:
                publish(document, now=now)
        elif any(file.texts.get(language) != text for language, text in document.texts.items()):
            raise CannotLoad(f"{document} is published and can't change. Give the new text the next version.")
        loaded.append(document)
    return loaded


def read_folder(folder: Path) -> Iterator[DocumentFile]:
    """Files such as `terms-2.en.md`: a title after `# ` in the first line, and the body."""
    texts: dict[tuple[str, int], dict[str, Mapping[str, str]]] = defaultdict(dict)
    paths = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    if not paths:
        raise CannotLoad(f"There are no documents in {folder}.")
    for path in paths:
        match = _FILE.fullmatch(path.name)
        if match is None or match["kind"] not in Kind.values:
            raise CannotLoad(f"{path.name}: expected a name such as terms-2.en.md; kinds: {', '.join(Kind.values)}.")
        first, _, body = path.read_text(encoding="utf-8").partition("\n")
        if not first.startswith("# ") or not body.strip():
            raise CannotLoad(f"{path.name}: expected a title after '# ' in the first line, and a text below it.")
        text = {"title": first.removeprefix("# ").strip(), "body": body.strip() + "\n"}
        texts[match["kind"], int(match["version"])][match["language"]] = text
    for (kind, version), by_language in texts.items():
        yield DocumentFile(kind, version, by_language)
