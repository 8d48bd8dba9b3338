"""Printing a participant's week as tables in a terminal."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

from config.demo.diaries import Diary

WIDTH = 96


def print_week(diary: Diary, document: dict[str, Any], guidance: dict[str, Any], same: bool) -> None:
    score = "" if document["numbers_hidden"] else f"  overall {_score(document['score'])}"
    print(f"\n{'─' * WIDTH}\n{diary.display_name}, {diary.title}")
    print(f"{document['week']}{score}  {document['status']}{'' if same else f'   EXPECTED {diary.expected}'}\n")
    if document["numbers_hidden"]:
        _print_words(document)
    else:
        _print_numbers(document)
    print()
    for suggestion in guidance["suggestions"]:
        _print_text("Idea", f"{suggestion['title']}. {suggestion['text']} {suggestion['reason']}")
    if guidance["keep_going"]:
        _print_text("Keep going", guidance["keep_going"]["text"])


def _print_words(document: dict[str, Any]) -> None:
    """As somebody sees it who hides numbers."""
    print(f"  {document['words']}")
    for domain in document["domains"]:
        print(f"  {domain['words']}")
        for practice in domain["practices"]:
            print(f"    {practice['practice']:<18}  {practice['words']}")


def _print_numbers(document: dict[str, Any]) -> None:
    print(f"  {'practice':<20}{'amount':>10}  {'unit':<14}{'target':>8}{'weight':>8}{'points':>8}")
    for domain in document["domains"]:
        head = f"{domain['domain']}  {_score(domain['score'])}  {domain['status']}"
        print(f"  {head}, {domain['logged_days']} logged days")
        for practice in domain["practices"]:
            points = "-" if practice["points"] is None else f"{practice['points']:.2f}"
            print(
                f"    {practice['practice']:<18}{practice['amount']:>10.2f}  {practice['unit']:<14}"
                f"{practice['target']:>8.2f}{practice['weight']:>8.2f}{points:>8}"
            )


def print_mail(files: list[Path]) -> None:
    for file in files:
        print(f"  Mail: {file}\n        {file.with_suffix('.html').name} beside it")


def _score(score: float | None) -> str:
    return "not enough data" if score is None else f"{score:.1f}"


def _print_text(label: str, text: str) -> None:
    print(textwrap.fill(text, WIDTH, initial_indent=f"  {label}: ", subsequent_indent="      "))
