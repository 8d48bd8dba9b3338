"""`--from` and `--to` of commands that work on a span of weeks."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError

from tracker.record_types.times import read_week
from tracker.scoring.weeks import Week


def add_week_arguments(parser: ArgumentParser) -> None:
    """Read as the options `first` and `last`, both included."""
    parser.add_argument(
        "--from", dest="first", type=week_argument, required=True, help="The first week, such as 2026-W40."
    )
    parser.add_argument("--to", dest="last", type=week_argument, required=True, help="The last week, included.")


def week_argument(text: str) -> Week:
    try:
        return read_week(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error
