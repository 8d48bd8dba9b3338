// The search of a downloaded list: clients/conformance/search.json has what the server's index answers.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { CatalogueSearch, habitBonus, type Searchable } from "@engram/client/catalogue";

const FOLDER = process.env["CONFORMANCE"] ?? fileURLToPath(new URL("../../conformance", import.meta.url));

interface Vectors {
  lists: Record<string, { language: string; entries: Searchable[]; english?: Searchable[] }>;
  queries: {
    list: string;
    rule: string;
    query: string;
    used?: Record<string, number>;
    limit?: number;
    hits: [string, number][];
  }[];
}

const { lists, queries } = JSON.parse(readFileSync(join(FOLDER, "search.json"), "utf8")) as Vectors;
const searches = new Map(
  Object.entries(lists).map(([name, { language, entries, english }]) => [
    name,
    new CatalogueSearch(entries, language, english),
  ]),
);

for (const { list, rule, query, used, limit, hits } of queries) {
  test(`search: ${rule} (${list}: ${query})`, () => {
    const found = searches.get(list)?.search(query, {
      ...(limit === undefined ? {} : { limit }),
      ...(used === undefined ? {} : { used: new Map(Object.entries(used)) }),
    });
    assert.deepEqual(
      found?.map(({ code, score }) => [code, score / 10_000]),
      hits,
    );
  });
}

test("a habit wanes by half in a fortnight, and ends after 60 days", () => {
  assert.equal(habitBonus([]), 0);
  assert.equal(habitBonus([0]), 0.1);
  assert.equal(habitBonus([14, 14, 60]), 0.1);
  assert.equal(habitBonus([0, 0, 14, 14]), (0.2 * 3) / 4);
  assert.equal(habitBonus([], true), 0.1);
});
