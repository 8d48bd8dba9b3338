// A list on a device: whole once, then what has changed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { UnexpectedAnswer, type Fetch } from "@engram/client";
import { bringUpToDate, CatalogueList, type CatalogueEntries } from "@engram/client/catalogue";

type Food = CatalogueEntries["foods"];

function food(code: string, retired = false): Food {
  return {
    code,
    label: code,
    synonyms: [],
    terms: [code],
    retired,
    category: "fruit",
    food_group: null,
    gives: {},
    household_measure: "1 cup",
    common: false,
  } as Food;
}

function answer(version: string, complete: boolean, ...results: Food[]): string {
  return JSON.stringify({ version, complete, results });
}

/** A server that gives these answers, in this order, and what it was asked. */
function server(...answers: [number, string][]): { fetch: Fetch; asked: string[] } {
  const asked: string[] = [];
  const fetch: Fetch = async (url, { headers }) => {
    asked.push(url);
    assert.equal(headers["Authorization"], undefined);
    const next = answers.shift();
    if (next === undefined) throw new TypeError("offline");
    return { status: next[0], headers: { get: () => null }, text: async () => next[1] };
  };
  return { fetch, asked };
}

const FOODS = { server: "https://engram.example.org", name: "foods", language: "es" } as const;
const ADDRESS = "https://engram.example.org/v1/catalogue/foods?language=es";

test("a list is downloaded whole, then what has changed, and kept", async () => {
  const { fetch, asked } = server(
    [200, answer("1.0.7", true, food("kale"), food("leek"))],
    [200, answer("1.0.7", false)],
    [200, answer("1.0.8", false, food("kale", true), food("plum"))],
    [200, answer("1.1.2", true, food("leek"))],
  );
  const source = { ...FOODS, platform: { fetch } };
  const list = new CatalogueList<Food>();
  assert.equal(await bringUpToDate(list, source), true);
  assert.equal(await bringUpToDate(list, source), false);

  const again = new CatalogueList<Food>(JSON.parse(JSON.stringify(list)));
  assert.equal(await bringUpToDate(again, source), true);
  assert.deepEqual(
    again.entries.map(({ code, retired }) => [code, retired]),
    [
      ["kale", true],
      ["leek", false],
      ["plum", false],
    ],
  );
  assert.equal(again.entry("plum")?.label, "plum");

  assert.equal(await bringUpToDate(again, source), true); // the server was restored from a backup
  assert.deepEqual(
    again.entries.map(({ code }) => code),
    ["leek"],
  );
  assert.deepEqual(asked, [ADDRESS, `${ADDRESS}&since=1.0.7`, `${ADDRESS}&since=1.0.7`, `${ADDRESS}&since=1.0.8`]);
});

test("a list of which nothing was ever downloaded is kept as well", async () => {
  const { fetch, asked } = server([200, answer("1.0.7", true)]);
  const list = new CatalogueList<Food>(JSON.parse(JSON.stringify(new CatalogueList<Food>())));
  await bringUpToDate(list, { ...FOODS, platform: { fetch } });
  assert.deepEqual(asked, [ADDRESS]);
});

test("without an answer, a list is as it was", async () => {
  const { fetch } = server([503, "busy"], [200, '{"version": "1.0.9", "comp']);
  const list = new CatalogueList<Food>({ version: "1.0.7", complete: true, results: [food("kale")] });
  const kept = JSON.stringify(list);
  const source = { ...FOODS, platform: { fetch } };
  await assert.rejects(bringUpToDate(list, source), UnexpectedAnswer);
  await assert.rejects(bringUpToDate(list, source), SyntaxError);
  await assert.rejects(bringUpToDate(list, source), TypeError);
  assert.equal(JSON.stringify(list), kept);
});
