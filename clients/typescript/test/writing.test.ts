// What an app writes while nothing is sent: coalesced, visible at once, and in order.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStore, RecordDeleted, SyncClient } from "@engram/client";
import { ACCOUNT, device, id, walk } from "./devices.js";
import { FakeServer } from "./fake_server.js";

interface Sent {
  op: string;
  id?: string;
  base_version?: number;
  record?: Record<string, unknown>;
}

/** The changes of each push that the server got. */
function pushes(server: FakeServer): Sent[][] {
  const bodies = server.requests.filter((request) => request.path === "/v1/sync/push");
  return bodies.map((request) => (JSON.parse(request.body ?? "") as { changes: Sent[] }).changes);
}

test("a record is there before anything is sent", async () => {
  const { client } = await device(new FakeServer());
  const uid = id();
  await client.put("exercise_log", uid.toUpperCase(), walk());
  const kept = await client.get("exercise_log", uid);
  assert.deepEqual([kept?.id, kept?.version, kept?.state, kept?.record.activity], [uid, 0, "waiting", "run"]);
  assert.deepEqual(await client.pending(), [{ op: "upsert", type: "exercise_log", id: uid, sent: false }]);
});

test("create and edit is one creation with the last content, in its first place", async () => {
  const server = new FakeServer();
  const { client } = await device(server);
  const [first, second] = [id(), id()];
  await client.put("exercise_log", first, walk());
  await client.put("exercise_log", second, walk());
  await client.put("exercise_log", first, walk({ note: "along the river" }));
  assert.equal((await client.sync()).state, "synced");
  const [changes = []] = pushes(server);
  assert.deepEqual(
    changes.map((change) => [change.op, change.id, change.base_version, change.record?.["note"]]),
    [
      ["upsert", first, 0, "along the river"],
      ["upsert", second, 0, undefined],
    ],
  );
});

test("create and delete before it was sent is nothing", async () => {
  const server = new FakeServer();
  const { client } = await device(server);
  const uid = id();
  await client.put("exercise_log", uid, walk());
  await client.remove("exercise_log", uid);
  await client.sync();
  assert.deepEqual([pushes(server), server.rows(ACCOUNT)], [[], []]);
});

test("edit and delete is a deletion that builds on what was seen", async () => {
  const server = new FakeServer();
  const { client } = await device(server);
  const uid = id();
  await client.put("exercise_log", uid, walk());
  await client.sync();
  await client.put("exercise_log", uid, walk({ note: "twice" }));
  await client.remove("exercise_log", uid);
  assert.equal(await client.get("exercise_log", uid), null);
  await client.sync();
  assert.deepEqual(pushes(server)[1], [{ op: "delete", type: "exercise_log", id: uid, base_version: 1 }]);
  await assert.rejects(client.put("exercise_log", uid, walk()), RecordDeleted);
});

test("a deletion that was not sent can be undone", async () => {
  const server = new FakeServer();
  const { client } = await device(server);
  const uid = id();
  await client.put("exercise_log", uid, walk());
  await client.sync();
  await client.remove("exercise_log", uid);
  await client.put("exercise_log", uid, walk({ note: "after all" }));
  await client.sync();
  assert.equal(server.rows(ACCOUNT)[0]?.record?.["note"], "after all");
});

test("what the app does with its object afterwards changes nothing", async () => {
  const { client } = await device(new FakeServer());
  const [uid, record] = [id(), walk()];
  await client.put("exercise_log", uid, record);
  record.note = "later";
  assert.equal((await client.get("exercise_log", uid))?.record.note, undefined);
});

test("text that was cut in the middle of an emoji is sent, and whole emojis stay", async () => {
  const server = new FakeServer();
  const { client } = await device(server);
  const uid = id();
  const cut = "\u{1f600}".slice(0, 1);
  const items = [{ name: `${"\u{1f600}".slice(1)} soup`, gives: { [cut]: 1 } }];
  await client.put("diet_log", uid, { eaten_at: "2026-11-24T07:30:00+01:00", note: `\u{1f600}${cut}`, items } as never);
  assert.equal((await client.sync()).state, "synced");
  assert.deepEqual([await client.refused(), await client.pending()], [[], []]);
  const record = server.row(ACCOUNT, "diet_log", uid)?.record;
  assert.equal(record?.["note"], "\u{1f600}\ufffd");
  assert.deepEqual(record?.["items"], [{ name: "\ufffd soup", gives: { "\ufffd": 1 } }]);
});

test("marks and confirmations can't be deleted, scores can't be written, ids can't disagree", async () => {
  const { client } = await device(new FakeServer());
  await assert.rejects(client.remove("day_mark" as never, id()), /can't be deleted/);
  await assert.rejects(client.put("weekly_score" as never, id(), {} as never), /can't be written/);
  await assert.rejects(client.put("exercise_log", id(), walk({ id: id() })), /its id/);
  assert.deepEqual(await client.pending(), []);
});

test("an id that the server would spell otherwise is refused at once, an account too", async () => {
  const server = new FakeServer();
  const { client } = await device(server);
  const uid = id();
  for (const spelled of [uid.replace(/-/g, ""), `{${uid}}`, `urn:uuid:${uid}`, `${uid}\n`, "", "a walk"]) {
    await assert.rejects(client.put("exercise_log", spelled, walk()), /no UUID with hyphens/);
    await assert.rejects(client.remove("exercise_log", spelled), /no UUID with hyphens/);
    await assert.rejects(device(server, { account: spelled }), /no UUID with hyphens/);
  }
  assert.deepEqual(await client.pending(), []);
  const options = { server: "https://engram.example.org", token: () => `token of ${ACCOUNT}`, store: new MemoryStore() };
  const shouted = await SyncClient.open({ ...options, account: ACCOUNT.toUpperCase(), platform: { fetch: server.fetch } });
  await shouted.put("exercise_log", uid.toUpperCase(), walk());
  assert.equal((await shouted.sync()).state, "synced");
  assert.equal(server.row(ACCOUNT, "exercise_log", uid)?.version, 1);
});

test("a deletion by origin hides the records at once, and forgets what was never sent", async () => {
  const server = new FakeServer();
  const { client } = await device(server);
  const [sent, unsent] = [id(), id()];
  const origin = { platform: "health_connect", external_id: "9f3c" };
  await client.put("exercise_log", sent, walk({ origin }));
  await client.sync();
  await client.put("cognitive_log", unsent, { ...walk(), activity: "reading", origin } as never);
  assert.equal((await client.findByOrigin("health_connect", "9f3c")).length, 2);
  await client.removeByOrigin("health_connect", "9f3c");
  await client.removeByOrigin("health_connect", "9f3c");
  assert.deepEqual([await client.list("exercise_log"), await client.list("cognitive_log")], [[], []]);
  assert.deepEqual(await client.pending(), [{ op: "delete_by_origin", type: null, id: null, sent: false }]);
  await client.sync();
  assert.deepEqual(pushes(server)[1], [{ op: "delete_by_origin", platform: "health_connect", external_id: "9f3c" }]);
  assert.deepEqual([await client.list("exercise_log"), await client.pending()], [[], []]);
});
