// A phone as a process, to be killed at any moment and started again on the same database.
//
//   node client-process.js --server URL --token T --account A --database FILE --log FILE --seed N --operations N
//   node client-process.js --server URL --token T --account A --database FILE --log FILE --finish
//
// The first logs, edits and deletes at random and synchronises after every few. Each outcome goes to the log, a line of JSON,
// after it is committed here. The second synchronises until nothing waits, and prints everything it holds.
// Exit codes: 0 done, 1 not at rest in time, 3 signed out, 4 another account.
import { fsyncSync, openSync, writeSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import {
  newId,
  SyncClient,
  type Choice,
  type SyncEvent,
  type SyncResult,
  type Written,
  type WrittenType,
} from "@engram/client";
import { openDatabase } from "../database.js";
import { seeded } from "../devices.js";

const TYPES = [
  "cognitive_log",
  "day_mark",
  "diet_log",
  "exercise_log",
  "favourite",
  "goal",
  "meal_template",
  "own_activity",
  "own_food",
  "suggestion_feedback",
  "week_confirmation",
] as const satisfies WrittenType[];
const KINDS = ["cognitive_log", "diet_log", "exercise_log", "own_food"] as const;
const DAY = 86_400_000;
/** A health platform shows the same sessions to all phones of a participant: so many new ones every so often. */
const SESSIONS = 12;
const NEW_SESSIONS = 5_000;
const REST_SECONDS = 180;

const { values } = parseArgs({
  options: {
    server: { type: "string" },
    token: { type: "string" },
    account: { type: "string" },
    database: { type: "string" },
    log: { type: "string" },
    seed: { type: "string", default: "1" },
    operations: { type: "string", default: "100" },
    finish: { type: "boolean", default: false },
  },
});

function given(name: "server" | "token" | "account" | "database" | "log"): string {
  const value = values[name];
  if (value === undefined) throw new Error(`--${name} is missing.`);
  return value;
}

let lastRetry: SyncEvent | null = null;
const random = seeded(Number(values.seed));

function pick<Item>(items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)] as Item;
}

function momentAgo(): string {
  return new Date(Date.now() - DAY - Math.floor(random() * 14 * DAY)).toISOString();
}

function session(): string {
  return `${Math.floor(Date.now() / NEW_SESSIONS)}-${Math.floor(random() * SESSIONS)}`;
}

function record(type: (typeof KINDS)[number], note: string): Written[typeof type] {
  if (type === "own_food") return { name: "Stew", gives: { beans: 1 }, note } as Written["own_food"];
  const origin =
    random() < 0.3 ? { origin: { platform: "healthkit", app_id: "com.example", external_id: session() } } : {};
  const timed = { started_at: momentAgo(), duration_seconds: 60 + Math.floor(random() * 7200), note, ...origin };
  if (type === "exercise_log") return { activity: pick(["run", "yoga"]), ...timed } as Written["exercise_log"];
  if (type === "cognitive_log") return { activity: "reading", ...timed } as Written["cognitive_log"];
  const items = [{ food_group: pick(["berries", "fish", "nuts"] as const), servings: 1 + Math.floor(random() * 3) }];
  return {
    eaten_at: momentAgo(),
    meal: pick(["lunch", "dinner"] as const),
    items,
    note,
    ...origin,
  } as Written["diet_log"];
}

/** Not a session that is known here, as docs/api/sync.md says. */
async function add(client: SyncClient, type: (typeof KINDS)[number], made: Written[typeof type]): Promise<void> {
  const id = "origin" in made ? made.origin?.external_id : undefined;
  const [known] = id ? await client.findByOrigin("healthkit", id) : [];
  if (known === undefined) await client.put(type, newId(), made);
}

async function act(client: SyncClient, step: number): Promise<void> {
  const type = pick(KINDS);
  const kept = await client.list(type);
  const one = kept.length === 0 ? undefined : pick(kept);
  const chance = random();
  const note = `${values.seed}/${step}`;
  if (one === undefined || chance < 0.5) await add(client, type, record(type, note));
  else if (chance < 0.8) await client.put(type, one.id, { ...one.record, note } as never);
  else {
    const origin = "origin" in one.record ? one.record.origin : null;
    if (chance < 0.95 || !origin?.external_id) await client.remove(type, one.id);
    else await client.removeByOrigin("healthkit", origin.external_id);
  }
}

function leaveIfOver({ state }: SyncResult): void {
  if (state === "unauthorized") process.exit(3);
  if (state === "wrong_account") process.exit(4);
}

async function finish(client: SyncClient): Promise<void> {
  const until = Date.now() + REST_SECONDS * 1000;
  for (;;) {
    const result = await client.sync();
    leaveIfOver(result);
    if (result.state === "synced" && result.waiting === 0) break;
    if (Date.now() > until) {
      console.error(JSON.stringify({ ...result, lastRetry, pending: (await client.pending()).slice(0, 5) }));
      process.exit(1);
    }
    await pause(200 + 1000 * Math.min(result.retryIn ?? 0, 5));
  }
  const records: unknown[] = [];
  for (const type of TYPES) {
    const kept = await client.list(type);
    kept.sort((a, b) => (a.id < b.id ? -1 : 1));
    records.push(
      ...kept.map(({ id, version, state, record: content }) => ({ type, id, version, state, record: content })),
    );
  }
  const scores = (await client.list("weekly_score")).sort((a, b) => (a.id < b.id ? -1 : 1));
  const whole = {
    account: given("account"),
    records,
    scores,
    refused: await client.refused(),
    conflicts: await client.conflicts(),
  };
  process.stdout.write(`${JSON.stringify(whole)}\n`);
}

const log = openSync(given("log"), "a");
const { store } = await openDatabase(given("database"));
const client = await SyncClient.open({
  server: given("server"),
  account: given("account"),
  token: () => given("token"),
  store,
  policy: (conflict) => {
    if (conflict.type === "day_mark" || conflict.type === "week_confirmation") return "theirs";
    return pick<Choice>(["mine", "theirs", "both"]);
  },
  patience: { tries: 4, first: 100, longest: 2000, timeout: 15_000 },
});
client.listen((event) => {
  if (event.kind === "retrying") lastRetry = event;
  if (event.kind !== "outcome" && event.kind !== "dropped" && event.kind !== "merged" && event.kind !== "restoring")
    return;
  writeSync(log, `${JSON.stringify(event)}\n`);
  fsyncSync(log);
});
if (values.finish) await finish(client);
else {
  for (let step = 0; step < Number(values.operations); step += 1) {
    await act(client, step);
    if (random() < 0.25) leaveIfOver(await client.sync());
  }
  leaveIfOver(await client.sync());
}
