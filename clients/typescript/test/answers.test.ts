// Answers that are of no use: of a server that fails or has lost something, and of whoever stands in its place.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fetch } from "@engram/client";
import { ACCOUNT, device, heard, id, kinds, walk, withLog } from "./devices.js";
import { FakeServer, type Reply } from "./fake_server.js";

const LOG = "exercise_log";

/** Answers to pushes by what they hold, if the test wants another than the server's. */
function answering(server: FakeServer, reply: (changes: { record: { note: string } }[]) => Reply | null): Fetch {
  return (url, request) => {
    const body = JSON.parse(request.body ?? "{}") as { changes?: { record: { note: string } }[] };
    const other = body.changes === undefined ? null : reply(body.changes);
    if (other !== null) server.replies.unshift(other);
    return server.fetch(url, request);
  };
}

test("a server that fails at every push is offline, and no change is set aside for it", async () => {
  const server = new FakeServer();
  let failing = true;
  const fetch = answering(server, () => (failing ? { status: 500, body: null } : null));
  const { client } = await device(server, { fetch });
  for (let count = 0; count < 40; count += 1) await client.put(LOG, id(), walk());
  const { state, pushed, waiting } = await client.sync();
  assert.deepEqual([state, pushed, waiting], ["offline", 0, 40]);
  assert.equal(server.requests.length, 16); // 40, 20, 10, 5, 3, 2, 1 and none, each twice
  failing = false;
  assert.equal((await client.sync()).pushed, 40); // at once
});

test("a change that fails alone waits 1, 5 and then 60 minutes, and nothing else waits with it", async () => {
  const server = new FakeServer();
  const poisoned = (changes: { record: { note: string } }[]): boolean => changes.some((one) => one.record.note === "poison");
  const fetch = answering(server, (changes) => (poisoned(changes) ? { status: 500, body: null } : null));
  const { client, clock } = await device(server, { fetch, random: () => 0 });
  const uid = id();
  await client.put(LOG, uid, walk({ note: "poison" }));
  for (const minutes of [1, 5, 60, 60]) {
    await client.put(LOG, id(), walk({ note: "good" }));
    const { state, waiting, retryIn } = await client.sync();
    assert.deepEqual([state, waiting, retryIn], ["synced", 1, minutes * 60]);
    clock.now += minutes * 60_000;
  }
  assert.equal(server.rows(ACCOUNT).length, 4);
});

test("what had an answer since begins with a minute again", async () => {
  const server = new FakeServer();
  let busy = false;
  const fetch = answering(server, (changes) => (busy || changes.length === 0 ? null : { status: 500, body: null }));
  server.instead = ({ type, id: uid }) => (busy ? { outcome: "retry", type, id: uid, retry_after: 7 } : null);
  const { client, clock } = await device(server, { fetch, random: () => 0 });
  await client.put(LOG, id(), walk());
  for (const [isBusy, seconds] of [[false, 60], [false, 300], [true, 7], [false, 60]] as const) {
    busy = isBusy;
    assert.equal((await client.sync()).retryIn, seconds);
    clock.now += seconds * 1000;
  }
});

test("a server that refuses every cursor it gives is an error, not a loop, however much there is to pull", async () => {
  const server = new FakeServer();
  for (let count = 0; count < 5; count += 1) server.edit(ACCOUNT, LOG, id(), walk());
  const fetch: Fetch = (url, request) => {
    if (url.includes("cursor=")) server.replies.push({ status: 410, body: { code: "cursor_expired" } });
    assert(server.requests.length < 50);
    return server.fetch(url, request);
  };
  const { client } = await device(server, { fetch, pageSize: 2, patience: { tries: 1 } });
  await assert.rejects(client.sync(), /410 \(cursor_expired\)/);
  assert.equal(server.requests.length, 8);
});

test("a server that has lost what it acknowledged takes nothing away, and gets it back once it says that it was restored", async () => {
  const replies: Reply[] = [
    { status: 503, body: { code: "server_behind" }, headers: { "Retry-After": "300" } },
    { status: 410, body: { code: "cursor_expired", reason: "ahead" } },
  ];
  for (const reply of replies) {
    const server = new FakeServer();
    const backup = server.backup();
    const { client, store, uid } = await withLog(server, { patience: { tries: 1 } });
    const before = await store.transaction((rows) => rows.state());
    server.replies.push(reply);
    const { state, waiting } = await client.sync();
    assert.deepEqual([state, waiting], ["offline", 0]);
    assert.deepEqual(await store.transaction((rows) => rows.state()), before);
    assert.equal((await client.get(LOG, uid))?.state, "synced");
    server.restore(backup);
    assert.equal((await client.sync()).state, "synced");
    assert.equal(server.row(ACCOUNT, LOG, uid)?.version, 1);
  }
});

test("410 ahead is asked again as 503 is", async () => {
  const server = new FakeServer();
  const phone = await withLog(server);
  const events = heard(phone);
  server.replies.push({ status: 410, body: { code: "cursor_expired", reason: "ahead" } });
  assert.equal((await phone.client.sync()).state, "synced");
  assert.deepEqual(
    kinds(events, "retrying").map((event) => (event as { status: number }).status),
    [410],
  );
});

test("a cursor that other types have made useless: a new snapshot, and what it doesn't bring is gone", async () => {
  const server = new FakeServer();
  const { client, store, uid } = await withLog(server);
  await store.transaction(async (rows) => {
    const entry = await rows.entry(LOG, uid);
    if (entry) await rows.save({ ...entry, id: id() }); // as if a tombstone had never been seen
  });
  server.replies.push({ status: 410, body: { code: "cursor_expired", reason: "types" } });
  assert.equal((await client.sync()).state, "synced");
  assert.deepEqual(
    (await client.list(LOG)).map((one) => one.id),
    [uid],
  );
});

const HOTSPOTS: unknown[] = [null, {}, [], "sign in", { account: ACCOUNT }, { results: [], outcomes: {}, changes: {} }];

test("a 200 that isn't the server's is no answer", async () => {
  for (const body of HOTSPOTS) {
    const server = new FakeServer();
    const { client, uid } = await withLog(server, { patience: { tries: 1 } });
    server.replies.push({ status: 200, body });
    assert.equal((await client.sync()).state, "offline", JSON.stringify(body)); // a pull
    await client.put(LOG, uid, walk({ note: "kept" }));
    server.replies.push({ status: 200, body });
    assert.equal((await client.sync()).state, "offline", JSON.stringify(body)); // a push
    assert.equal((await client.sync()).state, "synced");
    assert.equal(server.row(ACCOUNT, LOG, uid)?.record?.["note"], "kept");
  }
});

test("a listener that throws when the token is due costs no answer", async () => {
  const server = new FakeServer();
  const fetch: Fetch = async (url, request) => {
    const answer = await server.fetch(url, request);
    return { ...answer, headers: { get: (name) => (name === "Engram-Token" ? "renew" : null) } };
  };
  const phone = await device(server, { fetch });
  const events = heard(phone);
  phone.client.listen(({ kind }) => {
    if (kind === "renew_token") throw new Error("a listener's own");
  });
  const uid = id();
  await phone.client.put(LOG, uid, walk());
  await assert.rejects(phone.client.sync(), /a listener's own/);
  assert.deepEqual([(await phone.client.get(LOG, uid))?.state, server.requests.length], ["synced", 2]);
  assert.deepEqual([kinds(events, "retrying").length, kinds(events, "renew_token").length], [0, 1]);
});
