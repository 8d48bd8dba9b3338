"""`clients/conformance/search.json`: its lists and queries are written by hand, its answers are what the server's index gives.

`python -m tests.tracker.catalogue.search_vectors` writes the answers anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tracker.catalogue.search_index import WHOLE, Searchable, SearchIndex

VECTORS = Path(__file__).parents[3] / "clients" / "conformance" / "search.json"


def read_vectors() -> dict[str, Any]:
    vectors: dict[str, Any] = json.loads(VECTORS.read_text(encoding="utf-8"))
    return vectors


def answered(vectors: dict[str, Any]) -> dict[str, Any]:
    """The same lists and queries, with the index's answers."""
    indexes = {name: _index(each) for name, each in vectors["lists"].items()}
    queries = []
    for query in vectors["queries"]:
        asked = {name: value for name, value in query.items() if name != "hits"}
        index = indexes[query["list"]]
        hits = index.search(query["query"], used=query.get("used"), limit=query.get("limit", 20))
        queries.append({**asked, "hits": [[hit.code, hit.score / WHOLE] for hit in hits]})
    return {"lists": vectors["lists"], "queries": queries}


def _index(given: dict[str, Any]) -> SearchIndex:
    english = {entry["code"]: entry["terms"] for entry in given.get("english", [])}
    return SearchIndex(
        (
            Searchable(
                entry["code"],
                tuple(entry["terms"]),
                tuple(english.get(entry["code"], ())),
                entry.get("common", False),
            )
            for entry in given["entries"]
            if not entry.get("retired")
        ),
        given["language"],
    )


def written(vectors: dict[str, Any]) -> str:
    """One entry and one query a line."""
    lists = ",\n".join(
        f'  {json.dumps(name)}: {{"language": {json.dumps(each["language"])}'
        + "".join(
            f', "{part}": [\n' + ",\n".join(f"   {_line(entry)}" for entry in each[part]) + "]"
            for part in ("entries", "english")
            if part in each
        )
        + "}"
        for name, each in vectors["lists"].items()
    )
    queries = ",\n".join(f"  {_line(query)}" for query in vectors["queries"])
    return f'{{"lists": {{\n{lists}}},\n "queries": [\n{queries}]}}\n'


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    VECTORS.write_text(written(answered(read_vectors())), encoding="utf-8")
