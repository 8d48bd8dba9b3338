"""The translations as files: what there is to translate, what each language has, and what is wrong between the two.

Strings are found with Django's own reader of templates and Babel's of Python: no gettext programs are needed.
"""

from __future__ import annotations

import ast
import gettext
import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from backend.languages import DEFAULT_LANGUAGE, LANGUAGE_CODES
from backend.privacy.export_files import texts_of
from backend.privacy.sections import registered_sections

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (ROOT / "backend", ROOT / "tracker", ROOT / "config")
TEMPLATES = (".html", ".txt", ".mjml")
LOCALES = tuple(language for language in LANGUAGE_CODES if language != DEFAULT_LANGUAGE)
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
HEADER = """# The texts that participants receive, in the language of this folder. docs/languages.md says how to work on them.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""
_PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|%[a-z%]")


def po_file(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def mo_file(language: str) -> Path:
    return po_file(language).with_suffix(".mo")


def extracted(folders: tuple[Path, ...] = FOLDERS) -> Catalog:
    """What is marked for translation in the code and in the templates, and the texts of the export."""
    catalog = Catalog()
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            for message, comments, context in _messages(file):
                place = (file.relative_to(ROOT).as_posix() if file.is_relative_to(ROOT) else file.name, 1)
                catalog.add(message, locations=[place], auto_comments=comments, context=context)
    if folders == FOLDERS:
        for section, text in texts_of(registered_sections()):
            catalog.add(text, locations=[(f"export: {section}", 1)])
    return catalog


def _messages(file: Path) -> Iterator[tuple[str | tuple[str, ...], list[str], str | None]]:
    if "admin" in file.parts or "migrations" in file.parts:
        return
    if file.suffix == ".py":
        source = file.read_text("utf-8")
        _refuse_hidden_calls(file, source)
    elif file.suffix in TEMPLATES and "templates" in file.parts:
        # The calls stand among the blanked-out rest of the template, whose indentation means nothing.
        source = "\n".join(line.strip() for line in templatize(file.read_text("utf-8")).splitlines())
    else:
        return
    for _, message, comments, context in extract("python", io.BytesIO(source.encode()), KEYWORDS, ["Translators:"]):
        yield message, list(comments), context


def _refuse_hidden_calls(file: Path, source: str) -> None:
    """Babel does not look into f-strings: what is marked in one would be missing without anybody knowing."""
    for formatted in ast.walk(ast.parse(source)):
        if isinstance(formatted, ast.JoinedStr):
            for node in ast.walk(formatted):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
                    raise ValueError(
                        f"{file.name}:{node.lineno}: {node.func.id} in an f-string; give it a line of its own."
                    )


def read(language: str) -> Catalog:
    with po_file(language).open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> Catalog:
    """Bring a language's file in step with the code: new strings come without a text, those that went are dropped."""
    file = po_file(language)
    catalog = read(language) if file.exists() else Catalog(locale=language)
    catalog.update(extracted(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    file.parent.mkdir(parents=True, exist_ok=True)
    written = io.BytesIO()
    write_po(
        written, catalog, omit_header=True, include_lineno=False, width=118, ignore_obsolete=True, sort_by_file=True
    )
    head = HEADER.format(language=language, plural_forms=catalog.plural_forms)
    file.write_bytes(head.encode() + written.getvalue())
    return catalog


def compile_language(language: str) -> None:
    with mo_file(language).open("wb") as file:
        write_mo(file, read(language))


def faults(language: str) -> list[str]:
    """Everything that is wrong with a language's files, in words; nothing if they are complete."""
    if not po_file(language).exists():
        return [f"{language}: there is no {po_file(language).relative_to(ROOT)}. Run `make translations`."]
    return [f"{language}: {fault}" for fault in (*compare(extracted(), read(language)), *_compiled_faults(language))]


def compare(wanted: Catalog, catalog: Catalog) -> Iterator[str]:
    keys = {_key(message) for message in wanted if message.id}
    for message in wanted:
        if message.id and catalog.get(_singular(message), message.context) is None:
            yield f"missing: {_singular(message)!r} ({message.locations[0][0]}). Run `make translations` and translate it."
    for message in [*catalog, *catalog.obsolete.values()]:
        if not message.id:
            continue
        name = repr(_singular(message))
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        if _key(message) not in keys:
            yield f"stale: {name} is not in the code any more. Run `make translations`."
        elif message.fuzzy:
            yield f"fuzzy: {name}. Check the translation and remove the mark."
        elif not all(texts) or (message.pluralizable and len(texts) != catalog.num_plurals):
            yield f"untranslated: {name}."
        else:
            originals = set().union(*map(placeholders, _ids(message)))
            for text in texts:
                if placeholders(text) != originals:
                    yield f"placeholders: {name} has {sorted(originals)}, its translation {sorted(placeholders(text))}."


def _compiled_faults(language: str) -> Iterator[str]:
    compiled = io.BytesIO()
    write_mo(compiled, read(language))
    compiled.seek(0)
    if not mo_file(language).exists():
        yield "there is no compiled file. Run `make translations`."
        return
    with mo_file(language).open("rb") as file:
        if _entries(gettext.GNUTranslations(file)) != _entries(gettext.GNUTranslations(compiled)):
            yield "the compiled file is older than the texts. Run `make translations`."


def _entries(translations: gettext.GNUTranslations) -> dict[object, str]:
    return {key: text for key, text in translations._catalog.items() if key}  # type: ignore[attr-defined]


def placeholders(text: str) -> set[str]:
    return {found.group() for found in _PLACEHOLDER.finditer(text)}


def _ids(message: Message) -> tuple[str, ...]:
    return tuple(message.id) if isinstance(message.id, list | tuple) else (message.id,)


def _singular(message: Message) -> str:
    return _ids(message)[0]


def _key(message: Message) -> tuple[str, str | None]:
    return _singular(message), message.context
