"""Search of the catalogue: how good the answers are, how fast they come among 50 000 foods, and what a download weighs."""

from __future__ import annotations

import csv
import gzip
import http.client
import json
import random
import time
from collections import Counter
from pathlib import Path
from statistics import quantiles
from urllib.parse import quote

from tests.benchmarks.api import server
from tests.benchmarks.sync import BenchPhone
from tests.figures import Figures
from tracker.catalogue.changing import change_entries
from tracker.models import Food

QUERIES = Path(__file__).parents[1] / "tracker" / "catalogue" / "search_queries.csv"
FOODS = 50_000
MADE_UP_WORDS = 10_000
LISTS = ("exercise-activities", "cognitive-activities", "foods")


class Searcher:
    """A signed-in participant with one kept-alive connection."""

    def __init__(self, port: int) -> None:
        self.phone = BenchPhone(port)

    def get(self, path: str, **headers: str) -> tuple[bytes, http.client.HTTPResponse]:
        connection = self.phone.connection
        connection.request("GET", path, headers={"Authorization": f"Bearer {self.phone.token}", **headers})
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        return body, answer

    def codes(self, query: str, language: str, lists: str) -> list[str]:
        body, _ = self.get(f"/v1/catalogue/search?q={quote(query)}&language={language}&lists={lists}")
        return [found["entry"]["code"] for found in json.loads(body)["results"]]


def measure(figures: Figures) -> None:
    with server() as port:
        searcher = Searcher(port)
        _weigh(figures, searcher)
        _rank(figures, searcher)
        _add_foods()
        _time(figures, Searcher(port))  # the other connection has been idle for too long


def _weigh(figures: Figures, searcher: Searcher) -> None:
    for which in LISTS:
        for language in ("en", "es"):
            body, answer = searcher.get(f"/v1/catalogue/{which}?language={language}", **{"Accept-Encoding": "gzip"})
            entries = len(json.loads(gzip.decompress(body))["results"])
            figures.note(f"download of {entries} {which}, {language}, gzip", len(body) / 1024, "KiB")
            assert answer.headers["Content-Encoding"] == "gzip"


def _queries() -> list[dict[str, str]]:
    with QUERIES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _rank(figures: Figures, searcher: Searcher) -> None:
    """A line for each query: what was typed, what was meant, and where it stood."""
    ranks: Counter[str] = Counter()
    queries = _queries()
    for row in queries:
        codes = searcher.codes(row["query"], row["language"], row["list"])
        rank = min((codes.index(code) + 1 for code in row["expected"].split(";") if code in codes), default=0)
        ranks["first"] += rank == 1
        ranks["three"] += 1 <= rank <= 3
        print(
            f"  {row['language']}  {row['query']:<26}{row['kind']:<10}{row['expected'][:44]:<46}{rank or 'not found'}"
        )
    figures.at_least(f"{len(queries)} queries, right answer first", 100 * ranks["first"] / len(queries), "%", 90)
    figures.at_least("right answer in the first three", 100 * ranks["three"] / len(queries), "%", 98)


def _add_foods() -> None:
    """Names of three or four words, of which some are the catalogue's and some, as of brands, are nobody's."""
    chance = random.Random(20261128)
    labels = Food.objects.values_list("labels", flat=True)
    known = sorted({word for label in labels for word in label["en"].lower().split()})
    syllables = [a + b for a in "bcdfglmnprst" for b in ("a", "e", "i", "o", "u", "an", "el", "or")]
    made_up = ["".join(chance.choices(syllables, k=3)) for _ in range(MADE_UP_WORDS)]
    foods = []
    for number in range(FOODS - Food.objects.count()):
        words = [chance.choice(made_up), *chance.sample(known, chance.randint(2, 3))]
        label = " ".join(words).capitalize()
        foods.append(
            Food(code=f"bench_{number}", labels={"en": label}, household_measures={"en": "100 g"}, source="bench")
        )
    change_entries(Food, foods, by=None, reason="Benchmark")


def _time(figures: Figures, searcher: Searcher) -> None:
    """Every query about food as it is typed, letter by letter. What is timed is the whole request, from a client's side."""
    started = time.perf_counter()
    for language in ("en", "es"):
        searcher.codes("a", language, "foods")
    figures.note(f"first searches among {FOODS} foods: two indexes made", time.perf_counter() - started, "s")
    times = []
    for row in _queries():
        if row["list"] == "foods":
            for letters in range(1, len(row["query"]) + 1):
                started = time.perf_counter()
                searcher.codes(row["query"][:letters], row["language"], "foods")
                times.append(1000 * (time.perf_counter() - started))
    cuts = quantiles(times, n=100)
    figures.note(f"search among {FOODS} foods, median of {len(times)}", cuts[49], "ms")
    figures.at_most(f"search among {FOODS} foods, 95th percentile", cuts[94], "ms", 20)
