"""Every text is there in every language, and none is left over: what is missing or stale fails here, and says what to do."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.conf import settings

from backend.languages import DEFAULT_LANGUAGE, LANGUAGE_CODES, LANGUAGES
from tests.translations import catalogues
from tests.translations.catalogues import LOCALES, compare, compile_language, extracted, faults
from tracker.catalogue import entries
from tracker.wellness_rules import RULES


@pytest.mark.parametrize("language", LOCALES)
def test_every_text_is_translated_and_compiled(language: str) -> None:
    assert faults(language) == []


def test_there_is_one_list_of_languages() -> None:
    assert tuple(settings.LANGUAGES) == LANGUAGES
    assert settings.LANGUAGE_CODE == DEFAULT_LANGUAGE
    assert entries.LANGUAGES == LANGUAGE_CODES
    assert set(RULES) == set(LANGUAGE_CODES)
    folders = {path.name for folder in settings.LOCALE_PATHS for path in Path(folder).iterdir()}
    assert folders == set(LOCALES)


def test_strings_are_found_in_python_and_in_every_kind_of_template() -> None:
    found = extracted()
    for text, context, place in (
        ("strength day", None, "tracker/practice_words.py"),
        ("Mind", "heading", "tracker/summary_mail.py"),
        ("l j F Y, H:i", None, "backend/privacy/mails.py"),
        ("One idea for the week ahead", None, "tracker/templates/tracker/weekly_summary.mjml"),
        ("%(score)s of 100", None, "tracker/templates/tracker/weekly_summary.txt"),
        ("Please wait %(seconds)s second, then try again.", None, "config/templates/429.html"),
    ):
        message = found.get(text, context)
        assert message is not None, text
        assert place in [name for name, _ in message.locations]
    assert found.get("strength day").id == ("strength day", "strength days")  # type: ignore[union-attr]


def test_a_string_that_would_not_be_found_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hidden.py").write_text("from django.utils.translation import gettext\nx = f\"{gettext('Hello')}\"\n")
    with pytest.raises(ValueError, match=r"hidden.py:2: gettext in an f-string"):
        extracted((tmp_path,))


def wanted() -> Catalog:
    catalog = Catalog()
    catalog.add("Good day", locations=[("a.py", 1)])
    catalog.add(("%(count)s day", "%(count)s days"), locations=[("a.py", 2)])
    return catalog


FINE = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Good day"
msgstr "Buenos días"

msgid "%(count)s day"
msgid_plural "%(count)s days"
msgstr[0] "%(count)s día"
msgstr[1] "%(count)s días"
"""


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("", ""), ""),
        (('msgid "Good day"\nmsgstr "Buenos días"\n', ""), "missing: 'Good day' (a.py)"),
        (('msgid "Good day"', 'msgid "Good night"'), "stale: 'Good night'"),
        (('msgid "Good day"', '#, fuzzy\nmsgid "Good day"'), "fuzzy: 'Good day'"),
        (('msgstr "Buenos días"', 'msgstr ""'), "untranslated: 'Good day'"),
        (('msgstr[1] "%(count)s días"', 'msgstr[1] ""'), "untranslated: '%(count)s day'"),
        (('msgstr[0] "%(count)s día"', 'msgstr[0] "un día"'), "placeholders: '%(count)s day'"),
        (('msgstr[1] "%(count)s días"', 'msgstr[1] "%(number)s días"'), "placeholders: '%(count)s day'"),
        (('msgstr "Buenos días"\n', 'msgstr "Buenos días"\n\n#~ msgid "Old"\n#~ msgstr "Viejo"\n'), "stale: 'Old'"),
    ],
)
def test_each_fault_is_told(change: tuple[str, str], fault: str) -> None:
    text = FINE.replace(*change) if change[0] else FINE
    assert change == ("", "") or text != FINE
    told = list(compare(wanted(), read_po(io.BytesIO(text.encode()), locale="es")))
    assert bool(told) == bool(fault)
    assert any(line.startswith(fault) for line in told) or not fault, told


def test_a_compiled_file_that_is_older_than_the_texts_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = catalogues.po_file("es").read_text("utf-8")
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    place: Any = catalogues.po_file("es")
    place.parent.mkdir(parents=True)
    place.write_text(text)
    compile_language("es")
    assert list(catalogues._compiled_faults("es")) == []
    place.write_text(text.replace("Tu semana está lista", "Tu semana ya está lista"))
    assert list(catalogues._compiled_faults("es")) == [
        "the compiled file is older than the texts. Run `make translations`."
    ]
    catalogues.mo_file("es").unlink()
    assert list(catalogues._compiled_faults("es")) == ["there is no compiled file. Run `make translations`."]
