// The store in SQLite: the same as in memory, and still there after SIGKILL.
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { LONGEST_WAIT, MemoryStore, SyncClient, WrongAccount, type Store } from "@engram/client";
import { openDatabase } from "./database.js";
import { ACCOUNT, device, id, seeded, walk } from "./devices.js";
import { FakeServer } from "./fake_server.js";

const PROCESS = fileURLToPath(new URL("./processes/client-process.js", import.meta.url));
const KILLS = 12;

function folder(context: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), "engram-client-"));
  context.after(() => rmSync(made, { recursive: true }));
  return made;
}

/** Each store, empty. */
async function stores(context: TestContext): Promise<[string, Store][]> {
  const { store, close } = await openDatabase(join(folder(context), "phone.db"));
  context.after(close);
  return [
    ["memory", new MemoryStore()],
    ["SQLite", store],
  ];
}

test("a transaction is all or nothing, and stands alone", async (context) => {
  for (const [name, store] of await stores(context)) {
    const { client } = await device(new FakeServer(), { store });
    const [kept, undone] = [id(), id()];
    await client.put("exercise_log", kept, walk());
    const failing = store.transaction(async (rows) => {
      const entry = await rows.entry("exercise_log", kept);
      assert(entry !== null);
      await rows.save({ ...entry, id: undone });
      await rows.erase("exercise_log", kept);
      const state = await rows.state();
      if (state) await rows.setState({ ...state, cursor: "undone" });
      throw new Error("in the middle");
    });
    await assert.rejects(failing, /in the middle/, name);
    const uids = (await client.list("exercise_log")).map((one) => one.id);
    const state = await store.transaction((rows) => rows.state());
    assert.deepEqual([uids, state?.cursor], [[kept], null], name);
    await Promise.all(Array.from({ length: 20 }, () => client.put("exercise_log", id(), walk())));
    const places = (await store.transaction((rows) => rows.find({ by: "waiting" }))).map((entry) => entry.queued);
    assert.deepEqual(new Set(places).size, 21, name);
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
      name,
    );
  }
});

test("every way of looking entries up finds the same in each store", async (context) => {
  const found: unknown[] = [];
  for (const [, store] of await stores(context)) {
    const random = seeded(7);
    const server = new FakeServer();
    const { client } = await device(server, { store, random });
    const origin = { platform: "healthkit", external_id: "A" };
    const uids = Array.from({ length: 6 }, (_, index) => `00000000-0000-7000-8000-00000000000${index}`);
    const [synced = "", conflict = "", refused = "", waiting = "", deleted = "", later = ""] = uids;
    for (const uid of [synced, conflict, deleted]) await client.put("exercise_log", uid, walk());
    await client.put("exercise_log", refused, walk({ duration_seconds: 0, origin }));
    await client.sync();
    server.edit(ACCOUNT, "exercise_log", conflict, { ...walk({ note: "theirs" }) });
    server.instead = (change) => (change.id === later ? { outcome: "retry", id: later, retry_after: 60 } : null);
    await client.put("exercise_log", conflict, walk({ note: "mine" }));
    await client.put("exercise_log", later, walk());
    await client.remove("exercise_log", deleted);
    await client.sync();
    await client.put("exercise_log", waiting, walk());
    await client.removeByOrigin("healthkit", "B");
    const now = Date.UTC(2026, 10, 24, 12);
    found.push(
      await store.transaction(async (rows) => [
        await rows.find({ by: "type", type: "exercise_log" }),
        await rows.find({ by: "origin", origin: JSON.stringify(["healthkit", "A"]) }),
        await rows.find({ by: "ready", now, limit: 1 }),
        await rows.find({ by: "ready", now: Infinity, limit: 10 }),
        // `later` was put off for a minute: so seen, for a day, and for longer than there is a reason for.
        await rows.find({ by: "ready", now: now - 86_400_000, limit: 10 }),
        await rows.find({ by: "ready", now: now - LONGEST_WAIT, limit: 10 }),
        await rows.find({ by: "waiting" }),
        await rows.find({ by: "refused" }),
        await rows.find({ by: "conflict" }),
        await rows.find({ by: "swept", before: 2 }),
        (await rows.find({ by: "all" })).length,
      ]),
    );
  }
  assert.deepEqual(sortedById(found[0]), sortedById(found[1]));
  const sizes = (found[1] as unknown[][]).map((one) => one.length);
  assert.deepEqual(sizes, [6, 1, 1, 3, 2, 3, 3, 1, 1, 2, undefined]);
});

/** Only the queue has an order. */
function sortedById(results: unknown): unknown {
  const compare = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);
  return (results as { id: string }[][]).map((one, index) =>
    index > 1 && index < 7 ? one : Array.isArray(one) ? one.sort(compare) : one,
  );
}

test("a store is of one account, also after it was opened anew", async (context) => {
  const file = join(folder(context), "phone.db");
  const uid = id();
  const first = await openDatabase(file);
  await (await device(new FakeServer(), { store: first.store })).client.put("exercise_log", uid, walk());
  first.close();
  const second = await openDatabase(file);
  context.after(second.close);
  const options = { server: "", token: () => "", store: second.store };
  await assert.rejects(SyncClient.open({ ...options, account: id() }), WrongAccount);
  const again = await SyncClient.open({ ...options, account: ACCOUNT.toUpperCase() });
  assert.equal((await again.get("exercise_log", uid))?.state, "waiting");
});

/** The model of the server, behind HTTP. */
async function listening(server: FakeServer, context: TestContext): Promise<string> {
  const http = createServer((request: IncomingMessage, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const headers = { Authorization: request.headers.authorization ?? "" };
      const body = Buffer.concat(chunks).toString();
      const answer = await server.fetch(request.url ?? "", { method: request.method ?? "", headers, body });
      response.writeHead(answer.status, { "Content-Type": "application/json" });
      response.end(await answer.text());
    })();
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  context.after(() => http.close());
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

async function ended(child: ChildProcess): Promise<string> {
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  assert(code === 0 || signal === "SIGKILL", `exit code ${code}`);
  return output;
}

test(`a phone that is killed ${KILLS} times has lost nothing`, async (context) => {
  const random = seeded(Number(process.env["SEED"] ?? 3));
  const server = new FakeServer();
  server.signIn(ACCOUNT, "token");
  const url = await listening(server, context);
  const home = folder(context);
  const log = join(home, "acknowledged.log");
  const fixed = [
    "--server",
    url,
    "--token",
    "token",
    "--account",
    ACCOUNT,
    "--database",
    join(home, "phone.db"),
    "--log",
    log,
  ];
  let killed = 0;
  for (let run = 0; killed < KILLS; run += 1) {
    const child = spawn(process.execPath, [PROCESS, ...fixed, "--seed", `${run}`, "--operations", "400"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const end = ended(child);
    const before = server.requests.length;
    let over = false;
    child.once("close", () => (over = true));
    // However slow the machine is: somewhere after its first request.
    while (!over && server.requests.length === before) await pause(5);
    await Promise.race([end, pause(random() * 200)]);
    if (child.kill("SIGKILL")) killed += 1;
    await end;
  }
  const last = spawn(process.execPath, [PROCESS, ...fixed, "--finish"], { stdio: ["ignore", "pipe", "inherit"] });
  const whole = JSON.parse(await ended(last)) as {
    records: { type: string; id: string; version: number }[];
    refused: [];
    conflicts: [];
  };
  const live = server.rows(ACCOUNT).filter((row) => row.record !== null);
  const brief = (row: { type: string; id: string; version: number }): string => `${row.type} ${row.id} ${row.version}`;
  assert.deepEqual(whole.records.map(brief).sort(), live.map(brief).sort());
  assert.deepEqual([whole.refused, whole.conflicts], [[], []]);
  const lines = readFileSync(log, "utf8").trimEnd().split("\n");
  const acknowledged = lines.map(
    (line) => JSON.parse(line) as { kind: string; outcome: string; type: string; id: string; version: number | null },
  );
  for (const one of acknowledged.filter(({ version }) => version !== null)) {
    const row = server.row(ACCOUNT, one.type, one.id);
    // The first of an origin may be deleted while a second is on its way: that one then is, without a row of its own.
    if (row === undefined && one.outcome === "deleted") continue;
    assert((row?.version ?? 0) >= (one.version ?? 0), `${one.id} is lost`);
  }
  assert(
    acknowledged.length > 20 && live.length > 10,
    `only ${acknowledged.length} outcomes and ${live.length} records`,
  );
  context.diagnostic(`${acknowledged.length} outcomes, ${live.length} records, ${server.requests.length} requests`);
});
