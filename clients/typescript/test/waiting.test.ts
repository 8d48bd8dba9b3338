// Clocks that were wrong, and networks that take longer than an answer may.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fetch } from "@engram/client";
import { ACCOUNT, device, id, walk, withLog } from "./devices.js";
import { FakeServer } from "./fake_server.js";

const LOG = "exercise_log";
const YEAR = 365 * 86_400_000;

test("what was put off while the clock was a year ahead is sent when the clock is right again", async () => {
  const server = new FakeServer();
  const { client, clock } = await device(server);
  let busy = true;
  server.instead = ({ type, id: uid }) => (busy ? { outcome: "retry", type, id: uid, retry_after: 60 } : null);
  const uid = id();
  await client.put(LOG, uid, walk());
  clock.now += YEAR;
  assert.equal((await client.sync()).waiting, 1);
  clock.now -= YEAR;
  busy = false;
  assert.deepEqual(await client.sync(), { state: "synced", pushed: 1, pulled: 1, waiting: 0, retryIn: null });
});

test("nor does a copy that a restored server wanted later keep anything from being pulled", async () => {
  const server = new FakeServer();
  const backup = server.backup();
  const { client, clock, uid } = await withLog(server);
  server.restore(backup);
  let busy = true;
  server.instead = ({ op, type, id: one }) => (busy && op === "restore" ? { outcome: "retry", type, id: one } : null);
  clock.now += YEAR;
  assert.equal((await client.sync()).state, "restoring");
  clock.now -= YEAR;
  server.signOut(`token of ${ACCOUNT}`);
  assert.equal((await client.sync()).retryIn, 0); // and not a year
  server.signIn(ACCOUNT, `token of ${ACCOUNT}`);
  busy = false;
  assert.equal((await client.sync()).state, "synced");
  assert.equal(server.row(ACCOUNT, LOG, uid)?.version, 1);
});

test("a server that wants a change again in a week gets it each day, and not at once", async () => {
  const server = new FakeServer();
  const { client } = await device(server);
  server.instead = ({ type, id: uid }) => {
    assert(server.requests.length < 10);
    return { outcome: "retry", type, id: uid, retry_after: 7 * 86_400 };
  };
  await client.put(LOG, id(), walk());
  assert.deepEqual(await client.sync(), { state: "synced", pushed: 1, pulled: 0, waiting: 1, retryIn: 86_400 });
});

test("a push that got no answer is half as large the next time, and grows with those that do", async () => {
  const server = new FakeServer();
  const sizes: number[] = [];
  let most = 300_000;
  const fetch: Fetch = async (url, request) => {
    const size = Buffer.byteLength(request.body ?? "");
    if (size > 0) sizes.push(size);
    if (size > most) throw new TypeError("network request failed");
    return server.fetch(url, request);
  };
  const { client } = await device(server, { fetch, patience: { tries: 1 } });
  for (let count = 0; count < 20; count += 1) await client.put(LOG, id(), walk({ note: "x".repeat(50_000) }));
  const states: string[] = [];
  for (let count = 0; count < 3; count += 1) states.push((await client.sync()).state);
  assert.deepEqual(states, ["offline", "offline", "offline"]);
  assert.deepEqual(sizes.map((size) => Math.round(size / 50_000)), [20, 9, 4, 8]);
  most = Infinity;
  assert.equal((await client.sync()).state, "synced");
  assert.deepEqual(sizes.slice(4).map((size) => Math.round(size / 50_000)), [3, 7, 6]);
  assert.deepEqual([server.rows(ACCOUNT).length, await client.pending(), await client.conflicts()], [20, [], []]);
});

test("without any network a small push stays whole", async () => {
  const server = new FakeServer();
  let on = false;
  const fetch: Fetch = async (url, request) => {
    if (!on) throw new TypeError("network request failed");
    return server.fetch(url, request);
  };
  const { client } = await device(server, { fetch, patience: { tries: 1 } });
  for (let count = 0; count < 40; count += 1) await client.put(LOG, id(), walk());
  for (let count = 0; count < 10; count += 1) assert.equal((await client.sync()).state, "offline");
  on = true;
  await client.sync();
  assert.deepEqual([server.rows(ACCOUNT).length, server.requests.filter(({ path }) => path.includes("push")).length], [40, 1]);
});
