// clients/conformance: its exchanges with a server keep the fake one honest, those with a client are run against this one.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { MemoryStore, type Change, type Choice, type Fetch, type Written, type WrittenType } from "@engram/client";
import { device, type Device } from "./devices.js";
import { FakeServer } from "./fake_server.js";

const FOLDER = process.env["CONFORMANCE"] ?? fileURLToPath(new URL("../../conformance", import.meta.url));
const TYPES =
  "exercise_log,cognitive_log,diet_log,day_mark,week_confirmation,own_food,own_activity,favourite,meal_template";
/** What the fake server doesn't know. */
const LACKING = ["content", "overlap", "origins", "epochs"];

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Members = Record<string, Json>;

interface Request {
  method: string;
  path: string;
  body?: Json;
  query?: Record<string, string>;
}

interface ServerScenario {
  name: string;
  needs?: string[];
  steps: { as: string; request: Request; expect: { status: number; body?: Json }; server?: string }[];
  final: { as: string; records: { type: string; id: string }[] }[];
}

interface Exchanged {
  request: Request;
  answer?: { status: number; body: Json };
  again?: true;
}

interface ClientStep {
  do: string;
  type: WrittenType;
  id: string;
  record: never;
  platform: string;
  external_id: string;
  choice: Choice;
  seconds: number;
  state: string;
  exchange: Exchanged[];
}

interface ClientScenario {
  name: string;
  steps: ClientStep[];
  final: { records: Change[]; pending: number; refused: Json[]; conflicts: Json[] };
}

function scenarios<Scenario>(kind: string): [string, Scenario][] {
  const files = readdirSync(join(FOLDER, kind)).sort();
  return files.flatMap((file) =>
    (JSON.parse(readFileSync(join(FOLDER, kind, file), "utf8")) as (Scenario & { name: string })[]).map(
      (scenario): [string, Scenario] => [`${file.replace(".json", "")}: ${scenario.name}`, scenario],
    ),
  );
}

/** Members that aren't named may be there; lists are as long as they are said to be. */
function assertHas(
  found: unknown,
  expected: Json,
  place: string,
  value: (text: string, found: unknown) => unknown = (text) => text,
): void {
  if (Array.isArray(expected)) {
    assert(Array.isArray(found) && found.length === expected.length, `${place}: ${JSON.stringify(found)}`);
    expected.forEach((one, index) => assertHas(found[index], one, `${place}/${index}`, value));
  } else if (typeof expected === "object" && expected !== null) {
    assert(typeof found === "object" && found !== null, place);
    for (const [name, one] of Object.entries(expected))
      assertHas((found as Members)[name], one, `${place}/${name}`, value);
  } else if (expected !== "$any") {
    assert.deepEqual(found, typeof expected === "string" ? value(expected, found) : expected, place);
  }
}

class ServerExchange {
  private readonly server = new FakeServer();
  private readonly values = new Map<string, unknown>();
  private backup = this.server.backup();

  constructor() {
    for (const name of ["phone", "stranger"]) this.server.signIn(this.account(name), name);
  }

  async step(step: ServerScenario["steps"][number]): Promise<void> {
    if (step.server === "backup") this.backup = this.server.backup();
    else if (step.server === "restore") this.server.restore(this.backup);
    else if (step.server === "expire_cursors") this.server.expireCursors();
    else {
      const answer = await this.request(step.as, step.request);
      assert.equal(answer.status, step.expect.status, JSON.stringify(answer.body));
      if (step.expect.body !== undefined) this.check(answer.body, step.expect.body);
    }
  }

  check(found: unknown, expected: Json): void {
    assertHas(found, expected, "", (text, one) => {
      const name = /^\$(cursor|version|epoch):\w+$/.exec(text)?.[0];
      if (name !== undefined && !this.values.has(name)) this.values.set(name, one);
      return this.filled(text);
    });
  }

  async everything(name: string): Promise<Map<string, Change>> {
    const changes = new Map<string, Change>();
    let path = `/v1/sync/pull?limit=2&types=${TYPES}`;
    for (;;) {
      const { body } = await this.request(name, { method: "GET", path });
      const page = body as { changes: Change[]; cursor: string; has_more: boolean };
      for (const change of page.changes) changes.set(`${change.type} ${change.id}`, change);
      if (!page.has_more) return changes;
      path = `/v1/sync/pull?limit=2&types=${TYPES}&cursor=${page.cursor}`;
    }
  }

  filled(value: Json): unknown {
    if (Array.isArray(value)) return value.map((one) => this.filled(one));
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, this.filled(one)]));
    }
    if (typeof value !== "string") return value;
    const whole = /^\$\w+:[\w+-]+$/.test(value);
    if (whole) return this.value(value);
    return value.replace(/\$(?:id|account|cursor):\w+/g, (name) => String(this.value(name)));
  }

  private value(name: string): unknown {
    if (name.startsWith("$account:")) return this.account(name.slice(9));
    if (name.startsWith("$id:") && !this.values.has(name)) this.values.set(name, randomUUID());
    return this.values.get(name);
  }

  private account(name: string): string {
    return name === "stranger" ? "the stranger's" : "the phone's";
  }

  private async request(name: string, request: Request): Promise<{ status: number; body: unknown }> {
    const token = name === "tablet" ? "phone" : name;
    let path = this.filled(request.path) as string;
    // The fake server's cursors don't know their types, so these go with each request.
    if (path.includes("cursor=") && !path.includes("types=")) path += `&types=${TYPES}`;
    const answer = await this.server.fetch(path, {
      method: request.method,
      headers: { Authorization: `Bearer ${token}` },
      ...(request.body === undefined ? {} : { body: JSON.stringify(this.filled(request.body)) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? null : JSON.parse(text) };
  }
}

for (const [name, scenario] of scenarios<ServerScenario>("server")) {
  if (scenario.needs?.some((need) => LACKING.includes(need)) === true) continue;
  test(`the fake server: ${name}`, async () => {
    const exchange = new ServerExchange();
    for (const step of scenario.steps) await exchange.step(step);
    for (const final of scenario.final) {
      const found = await exchange.everything(final.as);
      const expected = new Map(final.records.map((one) => [exchange.filled(`${one.type} ${one.id}`) as string, one]));
      assert.deepEqual([...found.keys()].sort(), [...expected.keys()].sort());
      for (const [key, record] of expected) exchange.check(found.get(key), record as unknown as Json);
    }
  });
}

/** The text of a push's changes, as it went. */
function changesOf(body: string): string {
  return body.slice(body.indexOf('"changes":'));
}

class ClientExchange {
  private readonly store = new MemoryStore();
  private expected: Exchanged[] = [];
  private lastChanges = "";
  private wrong: unknown = null;
  private current: Device | null = null;
  private waited = 0;

  async step(step: ClientStep): Promise<void> {
    const { client, clock } = await this.device();
    if (step.do === "put") await client.put(step.type, step.id, step.record as Written[WrittenType]);
    else if (step.do === "remove") await client.remove(step.type as "exercise_log", step.id);
    else if (step.do === "remove_by_origin") await client.removeByOrigin(step.platform, step.external_id);
    else if (step.do === "resolve") await client.resolve(step.type, step.id, step.choice);
    else if (step.do === "restart") this.current = null;
    else if (step.do === "wait") {
      this.waited += step.seconds * 1000;
      clock.now += step.seconds * 1000;
    } else await this.sync(step);
  }

  async check({ records, pending, refused, conflicts }: ClientScenario["final"]): Promise<void> {
    const { client } = await this.device();
    const found = (await Promise.all(TYPES.split(",").map((type) => client.list(type as WrittenType)))).flat();
    found.sort((a, b) => (a.id < b.id ? -1 : 1));
    assertHas(found, records as unknown as Json, "");
    assert.equal((await client.pending()).length, pending);
    assertHas(await client.refused(), refused, "refused");
    assertHas(await client.conflicts(), conflicts, "conflicts");
  }

  private async sync(step: ClientStep): Promise<void> {
    this.expected = [...step.exchange];
    const { state } = await (await this.device()).client.sync();
    if (this.wrong !== null) throw this.wrong;
    assert.deepEqual([state, this.expected], [step.state, []]);
  }

  private async device(): Promise<Device> {
    if (this.current === null) {
      this.current = await device(new FakeServer(), { store: this.store, fetch: this.fetch, patience: { tries: 1 } });
      this.current.clock.now += this.waited;
    }
    return this.current;
  }

  private readonly fetch: Fetch = async (url, { method, body }) => {
    const exchanged = this.expected.shift();
    try {
      this.compare(exchanged?.request, method, new URL(url), body, exchanged?.again === true);
    } catch (error) {
      this.wrong ??= error;
      throw error;
    }
    if (exchanged?.answer === undefined) throw new TypeError("network request failed");
    const { status, body: answer } = exchanged.answer;
    return { status, headers: { get: () => null }, text: async () => JSON.stringify(answer) };
  };

  private compare(
    request: Request | undefined,
    method: string,
    url: URL,
    body: string | undefined,
    again: boolean,
  ): void {
    const { limit: _, types: __, ...query } = Object.fromEntries(url.searchParams);
    assert.deepEqual(
      { method, path: url.pathname, query },
      { method: request?.method, path: request?.path, query: request?.query ?? {} },
    );
    if (body === undefined) return;
    const { client_now, ...sent } = JSON.parse(body) as { client_now: string };
    assert(!Number.isNaN(Date.parse(client_now)));
    assert.deepEqual(sent, request?.body);
    if (again) assert.equal(changesOf(body), this.lastChanges);
    this.lastChanges = changesOf(body);
  }
}

for (const [name, scenario] of scenarios<ClientScenario>("client")) {
  test(`the client: ${name}`, async () => {
    const exchange = new ClientExchange();
    for (const step of scenario.steps) await exchange.step(step);
    await exchange.check(scenario.final);
  });
}
