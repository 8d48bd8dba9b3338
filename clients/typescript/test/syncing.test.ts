// What is sent, answered and lost: retries, conflicts, refusals, cursors, restores.
import assert from "node:assert/strict";
import { test } from "node:test";
import { SyncClient, WrongAccount, type Content, type Fetch, type Written } from "@engram/client";
import { ACCOUNT, device, heard, id, kinds, walk, withLog } from "./devices.js";
import { FakeServer } from "./fake_server.js";

const LOG = "exercise_log";

function bodies(server: FakeServer): { changes: Content[] }[] {
  return server.requests.flatMap(({ path, body }) =>
    path === "/v1/sync/push" ? [JSON.parse(body ?? "") as { changes: Content[] }] : [],
  );
}

/** Loses the answers to pushes as long as it is told to. */
function losing(server: FakeServer): { fetch: Fetch; on: boolean } {
  const network = {
    on: true,
    fetch: (async (url, request) => {
      const answer = await server.fetch(url, request);
      if (network.on && url.includes("push")) throw new TypeError("network request failed");
      return answer;
    }) as Fetch,
  };
  return network;
}

test("a lost answer is a duplicate, and what was written meanwhile waits behind it", async () => {
  const server = new FakeServer();
  const network = losing(server);
  const { client } = await device(server, { fetch: network.fetch, patience: { tries: 1 } });
  const uid = id();
  await client.put(LOG, uid, walk());
  assert.equal((await client.sync()).state, "offline");
  await client.put(LOG, uid, walk({ note: "meanwhile" }));
  network.on = false;
  assert.deepEqual(await client.sync(), { state: "synced", pushed: 2, pulled: 1, waiting: 0, retryIn: null });
  const [lost, again, edit] = bodies(server).map((body) => JSON.stringify(body.changes));
  assert.equal(again, lost);
  assert.match(edit ?? "", /"base_version":1.*meanwhile/);
  assert.deepEqual([server.row(ACCOUNT, LOG, uid)?.version, await client.conflicts()], [2, []]);
});

test("a deletion behind a creation whose answer was lost", async () => {
  const server = new FakeServer();
  const network = losing(server);
  const { client } = await device(server, { fetch: network.fetch, patience: { tries: 1 } });
  const uid = id();
  await client.put(LOG, uid, walk());
  await client.sync();
  await client.remove(LOG, uid);
  network.on = false;
  await client.sync();
  assert.deepEqual([server.row(ACCOUNT, LOG, uid)?.version, server.row(ACCOUNT, LOG, uid)?.record], [2, null]);
});

test("401 stops and keeps the queue", async () => {
  const server = new FakeServer();
  const { client, uid } = await withLog(server);
  await client.put(LOG, uid, walk({ note: "kept" }));
  server.signOut(`token of ${ACCOUNT}`);
  const before = server.requests.length;
  assert.deepEqual(await client.sync(), { state: "unauthorized", pushed: 0, pulled: 0, waiting: 1, retryIn: 0 });
  assert.equal(server.requests.length, before + 1);
  server.signIn(ACCOUNT, `token of ${ACCOUNT}`);
  assert.equal((await client.sync()).state, "synced");
  assert.equal(server.row(ACCOUNT, LOG, uid)?.record?.["note"], "kept");
});

test("somebody else's token stores nothing of this account with theirs, and shows nothing of theirs here", async () => {
  const server = new FakeServer();
  const { client, store, uid } = await withLog(server);
  server.signIn("somebody else", `token of ${ACCOUNT}`);
  server.edit("somebody else", LOG, id(), walk() as Content);
  assert.equal((await client.sync()).state, "wrong_account"); // a pull alone
  await client.put(LOG, uid, walk({ note: "mine" }));
  assert.equal((await client.sync()).state, "wrong_account");
  assert.deepEqual([server.rows("somebody else").length, (await client.list(LOG)).length], [1, 1]);
  const another = { server: "", account: id(), token: () => "", store };
  await assert.rejects(SyncClient.open(another), WrongAccount);
});

test("413 halves the batch, and a change that is too big alone is refused", async () => {
  const server = new FakeServer();
  server.maxBytes = 3000;
  const { client } = await device(server);
  const large = id();
  for (let count = 0; count < 20; count += 1) await client.put(LOG, id(), walk());
  await client.put(LOG, large, walk({ note: "x".repeat(5000) }));
  for (let count = 0; count < 20; count += 1) await client.put(LOG, id(), walk());
  assert.equal((await client.sync()).state, "synced");
  assert.equal(server.rows(ACCOUNT).length, 40);
  const [refused] = await client.refused();
  assert.deepEqual([refused?.id, refused?.errors[0]?.code], [large, "too_large"]);
});

test("400 for what one change says halves the batch too, and that one is refused", async () => {
  const server = new FakeServer();
  const fetch: Fetch = (url, request) => {
    if (request.body?.includes("broken") === true) server.replies.push({ status: 400, body: { code: "malformed_json" } });
    return server.fetch(url, request);
  };
  const { client } = await device(server, { fetch });
  for (const note of ["", "", "broken", "", ""]) await client.put(LOG, id(), walk({ note }));
  assert.equal((await client.sync()).state, "synced");
  assert.deepEqual([server.rows(ACCOUNT).length, (await client.pending()).length], [4, 0]);
  const [refused] = await client.refused();
  assert.deepEqual([refused?.record?.["note"], refused?.errors[0]?.code], ["broken", "malformed_json"]);
});

test("a 400 that is not about the changes refuses none of them", async () => {
  for (const body of [null, { code: "bad_request" }, { code: "incomplete_body" }]) {
    const server = new FakeServer();
    const { client } = await device(server);
    for (let count = 0; count < 2; count += 1) await client.put(LOG, id(), walk());
    server.replies.push({ status: 400, body });
    await assert.rejects(client.sync(), /400/);
    assert.deepEqual([(await client.refused()).length, (await client.pending()).length], [0, 2]);
    assert.equal((await client.sync()).pushed, 2);
  }
});

test("a batch has at most 500 changes and 2 MiB", async () => {
  const server = new FakeServer();
  const { client } = await device(server);
  for (let count = 0; count < 501; count += 1) await client.put(LOG, id(), walk());
  await client.sync();
  assert.deepEqual(
    bodies(server).map((body) => body.changes.length),
    [500, 1],
  );
  for (let count = 0; count < 12; count += 1) await client.put(LOG, id(), walk({ note: "é".repeat(100_000) }));
  await client.sync();
  const sizes = server.requests.map((request) => Buffer.byteLength(request.body ?? ""));
  assert(sizes.every((size) => size <= 2 * 1024 * 1024));
  assert.equal(server.rows(ACCOUNT).length, 513);
});

test("a change that makes the server fail doesn't hold up the others", async () => {
  const server = new FakeServer();
  let poisonous = true;
  const fetch: Fetch = (url, request) => {
    if (poisonous && request.body?.includes("poison") === true) server.replies.push({ status: 500, body: null });
    return server.fetch(url, request);
  };
  const { client, clock } = await device(server, { fetch });
  for (const note of ["", "", "", "poison", "", "", ""]) await client.put(LOG, id(), walk({ note }));
  assert.equal((await client.sync()).state, "synced");
  assert.deepEqual([server.rows(ACCOUNT).length, (await client.pending()).length], [6, 1]);
  poisonous = false;
  assert.equal((await client.sync()).pushed, 0); // not before a minute
  clock.now += 60_000;
  assert.equal((await client.sync()).pushed, 1);
});

test("busy servers are asked again after Retry-After and some more, later each time", async () => {
  const server = new FakeServer();
  const phone = await device(server, { random: () => 0.5 });
  const events = heard(phone);
  server.replies.push({ status: 503, body: null, headers: { "Retry-After": "7" } }, { status: 429, body: null });
  server.replies.push({ status: 502, body: null });
  await phone.client.put(LOG, id(), walk());
  assert.equal((await phone.client.sync()).state, "synced");
  assert.deepEqual(
    kinds(events, "retrying").map((event) => (event as { inSeconds: number }).inSeconds),
    [7.5, 1, 2],
  );
});

test("patience has an end, and a long Retry-After is for the next time", async () => {
  const server = new FakeServer();
  const { client } = await device(server, { random: () => 0, patience: { tries: 3 } });
  server.replies.push({ status: 503, body: null, headers: { "Retry-After": "3600" } });
  assert.deepEqual(await client.sync(), { state: "offline", pushed: 0, pulled: 0, waiting: 0, retryIn: 3600 });
  for (let count = 0; count < 3; count += 1) server.replies.push({ status: 503, body: null });
  assert.equal((await client.sync()).state, "offline");
  assert.equal(server.requests.length, 4);
  assert.equal((await client.sync()).state, "synced");
});

test("a conflict keeps both sides, and each way out works", async () => {
  for (const choice of ["mine", "theirs", "both"] as const) {
    const server = new FakeServer();
    const { client, uid } = await withLog(server);
    server.edit(ACCOUNT, LOG, uid, { ...walk({ note: "theirs" }) });
    await client.put(LOG, uid, walk({ note: "mine" }));
    assert.equal((await client.sync()).state, "synced");
    const [conflict] = await client.conflicts();
    assert.deepEqual([conflict?.mine?.["note"], conflict?.theirs?.["note"], conflict?.version], ["mine", "theirs", 2]);
    const kept = await client.get(LOG, uid);
    assert.deepEqual([kept?.record.note, kept?.state], ["theirs", "conflict"]);
    const where = await client.resolve(LOG, uid, choice);
    await client.sync();
    const notes = server.rows(ACCOUNT).map((row) => row.record?.["note"]);
    assert.deepEqual(notes.sort(), { mine: ["mine"], theirs: ["theirs"], both: ["mine", "theirs"] }[choice]);
    assert.equal(where === uid, choice === "mine");
    assert.deepEqual([await client.conflicts(), await client.pending()], [[], []]);
  }
});

test("a decision about a conflict overwrites nothing that came after it, unseen", async () => {
  const server = new FakeServer();
  const { client, uid } = await withLog(server);
  server.edit(ACCOUNT, LOG, uid, { ...walk({ note: "theirs" }) });
  await client.put(LOG, uid, walk({ note: "mine" }));
  await client.sync();
  server.edit(ACCOUNT, LOG, uid, { ...walk({ note: "theirs again" }) });
  await client.sync();
  await client.resolve(LOG, uid, "mine");
  await client.sync();
  const [conflict] = await client.conflicts();
  assert.deepEqual([conflict?.theirs?.["note"], conflict?.version], ["theirs again", 3]);
});

test("a second conflict takes the place of the first one's own side, and says what that was", async () => {
  const server = new FakeServer();
  const phone = await withLog(server);
  const { client, uid } = phone;
  const events = heard(phone);
  for (const note of ["first", "second", "second"]) {
    server.edit(ACCOUNT, LOG, uid, { ...walk({ note: `not ${note}` }) });
    await client.put(LOG, uid, walk({ note }));
    await client.sync();
  }
  assert.deepEqual(
    (await client.conflicts()).map(({ mine }) => mine?.["note"]),
    ["second"],
  );
  assert.deepEqual(kinds(events, "dropped"), [
    { kind: "dropped", type: LOG, id: uid, record: walk({ note: "first" }) },
  ]);
});

test("mine takes the place of what was written since, and says what that was", async () => {
  const server = new FakeServer();
  const phone = await withLog(server);
  const { client, uid } = phone;
  const events = heard(phone);
  server.edit(ACCOUNT, LOG, uid, { ...walk({ note: "theirs" }) });
  await client.put(LOG, uid, walk({ note: "first" }));
  await client.sync();
  await client.put(LOG, uid, walk({ note: "second" }));
  assert.equal(await client.resolve(LOG, uid, "mine"), uid);
  assert.deepEqual(kinds(events, "dropped"), [
    { kind: "dropped", type: LOG, id: uid, record: walk({ note: "second" }) },
  ]);
  await client.sync();
  assert.equal(server.row(ACCOUNT, LOG, uid)?.record?.["note"], "first");
});

test("nor does it take the place of what was sent without an answer, unless that is said", async () => {
  const server = new FakeServer();
  const network = losing(server);
  network.on = false;
  const phone = await device(server, { fetch: network.fetch, patience: { tries: 1 } });
  const { client } = phone;
  const events = heard(phone);
  const uid = id();
  await client.put(LOG, uid, walk());
  await client.sync();
  server.edit(ACCOUNT, LOG, uid, { ...walk({ note: "theirs" }) });
  await client.put(LOG, uid, walk({ note: "first" }));
  await client.sync();
  await client.put(LOG, uid, walk({ note: "second" }));
  network.on = true;
  await client.sync();
  await client.resolve(LOG, uid, "mine");
  network.on = false;
  await client.sync();
  assert.deepEqual(kinds(events, "dropped"), [
    { kind: "dropped", type: LOG, id: uid, record: walk({ note: "second" }) },
  ]);
  assert.equal(server.row(ACCOUNT, LOG, uid)?.record?.["note"], "first");
});

test("a policy decides at once", async () => {
  const server = new FakeServer();
  const phone = await device(server, { policy: ({ mine }) => (mine === null ? "theirs" : "mine") });
  const [edited, removed] = [id(), id()];
  await phone.client.put(LOG, edited, walk());
  await phone.client.put(LOG, removed, walk());
  await phone.client.sync();
  for (const uid of [edited, removed]) server.edit(ACCOUNT, LOG, uid, { ...walk({ note: "theirs" }) });
  await phone.client.put(LOG, edited, walk({ note: "mine" }));
  await phone.client.remove(LOG, removed);
  await phone.client.sync();
  assert.deepEqual(await phone.client.conflicts(), []);
  assert.equal(server.row(ACCOUNT, LOG, edited)?.record?.["note"], "mine");
  assert.equal((await phone.client.get(LOG, removed))?.record.note, "theirs");
});

test("mine of a record that was deleted meanwhile takes a new id", async () => {
  const server = new FakeServer();
  const { client, uid } = await withLog(server);
  server.edit(ACCOUNT, LOG, uid, { ...walk({ note: "theirs" }) });
  await client.put(LOG, uid, walk({ note: "mine", origin: { platform: "healthkit", external_id: "A" } }));
  await client.sync();
  server.edit(ACCOUNT, LOG, uid, null);
  await client.sync();
  const other = await client.resolve(LOG, uid, "mine");
  assert(other !== null && other !== uid);
  await client.sync();
  assert.deepEqual(server.row(ACCOUNT, LOG, other)?.record?.["origin"], { platform: "healthkit" });
  assert.equal(await client.get(LOG, uid), null);
});

test("what is refused is never sent again as it is, and can be corrected or given up", async () => {
  const server = new FakeServer();
  const { client } = await device(server);
  const [corrected, discarded] = [id(), id()];
  await client.put(LOG, corrected, walk({ activity: "no_such_activity" }));
  await client.put(LOG, discarded, walk({ duration_seconds: -1 }));
  await client.sync();
  await client.sync();
  assert.equal(bodies(server).length, 1);
  const refused = await client.refused();
  assert.deepEqual(
    new Set(refused.map((one) => one.errors[0]?.pointer)),
    new Set(["/record/activity", "/record/duration_seconds"]),
  );
  assert.equal((await client.get(LOG, corrected))?.state, "refused");
  await client.put(LOG, corrected, walk());
  await client.discard(LOG, discarded);
  await client.sync();
  assert.deepEqual([await client.refused(), (await client.list(LOG)).map((kept) => kept.state)], [[], ["synced"]]);
});

test("what was refused is given up by its id, however that is written", async () => {
  const server = new FakeServer();
  const { client } = await device(server);
  const uid = id();
  server.instead = () => ({ outcome: "invalid", errors: [{ pointer: "", code: "invalid" }] });
  await client.put(LOG, uid, walk());
  await client.removeByOrigin("healthkit", "A-1");
  await client.sync();
  await client.discard(LOG, uid.toUpperCase());
  assert.deepEqual(
    (await client.refused()).map((one) => one.op),
    ["delete_by_origin"],
  );
  for (const { type, id: refused } of await client.refused()) await client.discard(type, refused);
  assert.deepEqual(await client.refused(), []);
});

test("an origin that was cut in the middle of an emoji is the same wherever it is given", async () => {
  const server = new FakeServer();
  const { client } = await device(server);
  const cut = "A-\ud83d";
  await client.put(LOG, id(), walk({ origin: { platform: "healthkit", external_id: cut } }));
  await client.sync();
  assert.equal((await client.findByOrigin("healthkit", cut)).length, 1);
  await client.removeByOrigin("healthkit", cut);
  await client.sync();
  assert.deepEqual([await client.list(LOG), await client.refused()], [[], []]);
});

test("retry waits as long as it is told to, and a correction doesn't wait with it", async () => {
  const server = new FakeServer();
  const { client, clock } = await device(server);
  const [early, other] = [id(), id()];
  server.instead = (change) =>
    change.record?.["note"] === "tomorrow" && clock.now < Date.UTC(2026, 10, 24, 13)
      ? { outcome: "retry", type: change.type, id: change.id, retry_after: 3000 }
      : null;
  await client.put(LOG, early, walk({ note: "tomorrow" }));
  await client.put(LOG, other, walk({ note: "tomorrow" }));
  const result = await client.sync();
  assert.deepEqual([result.state, result.waiting, result.retryIn], ["synced", 2, 3000]);
  assert.equal((await client.sync()).pushed, 0);
  await client.put(LOG, other, walk({ note: "today" }));
  assert.equal((await client.sync()).pushed, 1);
  clock.now += 3_600_000;
  assert.equal((await client.sync()).pushed, 1);
  assert.equal(server.rows(ACCOUNT).length, 2);
});

test("a server that wants a change again at once gets it at the next synchronisation", async () => {
  const server = new FakeServer();
  const { client } = await device(server);
  server.instead = (change) => ({ outcome: "retry", type: LOG, id: change.id, retry_after: 0 });
  await client.put(LOG, id(), walk());
  assert.deepEqual(await client.sync(), { state: "synced", pushed: 1, pulled: 0, waiting: 1, retryIn: 1 });
});

test("a change that may have got through stays as it was sent, even if a later time says retry", async () => {
  const server = new FakeServer();
  const network = losing(server);
  const { client, clock } = await device(server, { fetch: network.fetch, patience: { tries: 1 } });
  const uid = id();
  await client.put(LOG, uid, walk());
  await client.sync();
  network.on = false;
  let busy = true;
  server.instead = (change) => (busy ? { outcome: "retry", type: LOG, id: change.id, retry_after: 5 } : null);
  await client.sync();
  busy = false;
  await client.put(LOG, uid, walk({ note: "meanwhile" }));
  clock.now += 5000;
  await client.sync();
  assert.deepEqual([server.row(ACCOUNT, LOG, uid)?.version, await client.conflicts()], [2, []]);
});

test("nor if the earlier time was in the same synchronisation", async () => {
  const server = new FakeServer();
  const network = losing(server);
  const { client, clock } = await device(server, { fetch: network.fetch });
  const uid = id();
  let sent = 0;
  server.instead = (change) => {
    sent += 1;
    network.on = sent === 1;
    return sent === 2 ? { outcome: "retry", type: LOG, id: change.id, retry_after: 5 } : null;
  };
  await client.put(LOG, uid, walk());
  assert.equal((await client.sync()).waiting, 1);
  await client.put(LOG, uid, walk({ note: "meanwhile" }));
  clock.now += 5000;
  await client.sync();
  assert.deepEqual([server.row(ACCOUNT, LOG, uid)?.version, await client.conflicts()], [2, []]);
});

test("what a snapshot doesn't bring is gone, also where a conflict holds it", async () => {
  const server = new FakeServer();
  const { client, uid } = await withLog(server);
  server.edit(ACCOUNT, LOG, uid, { ...walk({ note: "theirs" }) });
  await client.put(LOG, uid, walk({ note: "mine" }));
  await client.sync();
  server.edit(ACCOUNT, LOG, uid, null);
  server.expireCursors();
  await client.sync();
  assert.deepEqual([(await client.conflicts()).length, await client.get(LOG, uid)], [1, null]);
  await client.resolve(LOG, uid, "theirs");
  assert.deepEqual(await client.list(LOG), []);
});

test("a restored server counts what it works out anew", async () => {
  const server = new FakeServer();
  const { client } = await device(server);
  const uid = id();
  const backup = server.backup();
  for (const score of [10, 20]) server.edit(ACCOUNT, "weekly_score", uid, { score });
  await client.sync();
  server.restore(backup);
  const page = { account: ACCOUNT, epoch: server.epoch, server_now: "", cursor: "x", has_more: false };
  const answer = {
    status: 200,
    body: { ...page, changes: [{ type: "weekly_score", id: uid, version: 1, record: { score: 30 } }] },
  };
  server.replies.push(answer, answer); // the first one tells of the epoch
  await client.sync();
  assert.equal((await client.get("weekly_score", uid))?.record.score, 30);
});

test("a record that another device deleted is dropped, and that is said", async () => {
  const server = new FakeServer();
  const phone = await withLog(server);
  const events = heard(phone);
  server.edit(ACCOUNT, LOG, phone.uid, null);
  await phone.client.put(LOG, phone.uid, walk({ note: "lost cause" }));
  await phone.client.sync();
  assert.deepEqual(await phone.client.list(LOG), []);
  assert.deepEqual(kinds(events, "dropped"), [
    { kind: "dropped", type: LOG, id: phone.uid, record: walk({ note: "lost cause" }) },
  ]);
});

test("another id with the same origin stays; what was written meanwhile is somebody's to decide", async () => {
  const server = new FakeServer();
  const origin = { platform: "healthkit", external_id: "A-1" };
  const first = await device(server);
  const known = id();
  await first.client.put(LOG, known, walk({ origin }));
  await first.client.sync();
  const network = losing(server);
  const second = await device(server, { fetch: network.fetch, patience: { tries: 1 } });
  const events = heard(second);
  const uid = id();
  await second.client.put(LOG, uid, walk({ origin }));
  await second.client.sync();
  await second.client.put(LOG, uid, walk({ origin, note: "hard" }));
  network.on = false;
  await second.client.sync();
  assert.deepEqual(
    (await second.client.list(LOG)).map((kept) => kept.id),
    [known],
  );
  assert.deepEqual(kinds(events, "merged"), [{ kind: "merged", type: LOG, id: uid, into: known }]);
  assert.deepEqual(
    (await second.client.conflicts()).map((one) => [one.id, one.mine?.["note"]]),
    [[known, "hard"]],
  );
});

test("a page is stored with its cursor, so a pull goes on where it stopped", async () => {
  const server = new FakeServer();
  for (let count = 0; count < 25; count += 1) server.edit(ACCOUNT, LOG, id(), walk() as Content);
  const { client } = await device(server, { pageSize: 10, patience: { tries: 1 } });
  let pages = 0;
  client.listen((event) => {
    if (event.kind === "pulled" && (pages += 1) === 2) server.replies.push({ status: 503, body: null });
  });
  assert.equal((await client.sync()).state, "offline");
  assert.equal((await client.list(LOG)).length, 20);
  assert.equal((await client.sync()).pulled, 5);
  assert.equal((await client.list(LOG)).length, 25);
});

test("an expired cursor, or one that can't be read: a new snapshot, and what it doesn't bring is gone", async () => {
  for (const how of ["expired", "unreadable"] as const) {
    const server = new FakeServer();
    const phone = await withLog(server);
    const { client } = phone;
    const [gone, edited, local] = [id(), id(), id()];
    for (const uid of [gone, edited]) server.edit(ACCOUNT, LOG, uid, walk() as Content);
    await client.sync();
    for (const uid of [gone, edited]) server.edit(ACCOUNT, LOG, uid, null);
    await client.put(LOG, local, walk({ activity: "no_such_activity" }));
    await client.sync();
    // As if the tombstones had never been seen.
    await phone.store.transaction(async (rows) => {
      for (const uid of [gone, edited]) {
        const entry = await rows.entry(LOG, uid);
        assert(entry !== null);
        await rows.save({ ...entry, server: { version: 1, record: walk() as Content } });
      }
      const state = await rows.state();
      if (how === "unreadable" && state) await rows.setState({ ...state, cursor: "%%%" });
    });
    if (how === "expired") server.expireCursors();
    await client.put(LOG, edited, walk({ duration_seconds: -1 }));
    assert.equal((await client.sync()).state, "synced");
    const left = (await client.list(LOG)).map((kept) => kept.id).sort();
    assert.deepEqual(left, [phone.uid, local, edited].sort());
  }
});

test("a cursor that is never any good is an error, not a loop", async () => {
  const server = new FakeServer();
  const { client } = await withLog(server);
  for (let count = 0; count < 9; count += 1) server.replies.push({ status: 422, body: { code: "invalid" } });
  await assert.rejects(client.sync(), /422/);
  assert.equal(server.replies.length, 7);
});

test("a change that arrives behind a later one is left alone", async () => {
  const server = new FakeServer();
  const { client, store, uid } = await withLog(server);
  await client.put(LOG, uid, walk({ note: "second" }));
  await client.sync();
  await store.transaction(async (rows) => {
    const state = await rows.state();
    if (state) await rows.setState({ ...state, cursor: null });
  });
  const page = { account: ACCOUNT, epoch: 0, server_now: "", cursor: "x", has_more: false };
  server.replies.push({
    status: 200,
    body: { ...page, changes: [{ type: LOG, id: uid, version: 1, record: walk() }] },
  });
  await client.sync();
  assert.equal((await client.get(LOG, uid))?.record.note, "second");
});

test("after a restore everything is given back before anything is pulled, tombstones and origins too", async () => {
  const server = new FakeServer();
  const { client, uid } = await withLog(server);
  const [removed, late, edited] = [id(), id(), id()];
  for (const one of [removed, edited]) await client.put(LOG, one, walk());
  await client.sync();
  const backup = server.backup();
  await client.put(LOG, late, walk({ note: "after the backup" }));
  await client.put(LOG, edited, walk({ note: "acknowledged" }));
  await client.remove(LOG, removed);
  await client.removeByOrigin("healthkit", "gone");
  await client.sync();
  server.restore(backup);
  await client.put(LOG, edited, walk({ note: "waiting" }));
  server.requests.length = 0;
  assert.equal((await client.sync()).state, "synced");
  const first = server.requests.findIndex((request) => request.body?.includes('"restore"') === true);
  const cursorless = server.requests.findIndex(({ path }) => path.includes("/pull") && !path.includes("cursor"));
  assert(first >= 0 && first < cursorless);
  assert.deepEqual(
    [uid, late, edited, removed].map((one) => server.row(ACCOUNT, LOG, one)?.record?.["note"] ?? null),
    [null, "after the backup", "waiting", null],
  );
  assert.equal(server.row(ACCOUNT, LOG, removed)?.record, null);
  assert(server.requests.some((request) => request.body?.includes('"delete_by_origin"') === true));
  assert.equal((await client.list(LOG)).length, 3);
  assert.deepEqual([await client.pending(), await client.conflicts()], [[], []]);
});

test("a restore that is interrupted goes on, and nothing is swept before it is through", async () => {
  const server = new FakeServer();
  const network = losing(server);
  network.on = false;
  const { client } = await device(server, { fetch: network.fetch, patience: { tries: 1 } });
  const backup = server.backup();
  for (let count = 0; count < 30; count += 1) await client.put(LOG, id(), walk());
  await client.sync();
  server.restore(backup);
  network.on = true;
  assert.equal((await client.sync()).state, "offline");
  assert.equal((await client.list(LOG)).length, 30);
  network.on = false;
  assert.equal((await client.sync()).state, "synced");
  assert.deepEqual([(await client.list(LOG)).length, server.rows(ACCOUNT).length], [30, 30]);
});

test("calls during a synchronisation are one more after it", async () => {
  const server = new FakeServer();
  const { client } = await device(server);
  const first = client.sync();
  await client.put(LOG, id(), walk());
  const [second, third] = [client.sync(), client.sync()];
  assert.equal(second, third);
  await first;
  await second;
  assert.equal(server.rows(ACCOUNT).length, 1);
  assert.equal(server.requests.filter(({ path }) => path.includes("pull")).length, 2);
});

test("an unknown answer is an error, and nothing is lost by it", async () => {
  const server = new FakeServer();
  const { client } = await device(server);
  await client.put(LOG, id(), walk());
  server.replies.push({ status: 404, body: { code: "not_found" } });
  await assert.rejects(client.sync(), /404 \(not_found\)/);
  assert.equal((await client.pending()).length, 1);
  assert.equal((await client.sync()).state, "synced");
});

test("outcomes of other changes are taken for nobody's", async () => {
  const server = new FakeServer();
  const { client } = await device(server);
  const uid = id();
  await client.put(LOG, uid, walk());
  const answer = { account: ACCOUNT, epoch: 0, server_now: "" };
  server.replies.push({ status: 200, body: { ...answer, outcomes: [{ outcome: "deleted", type: LOG, id: id() }] } });
  server.replies.push({ status: 200, body: { ...answer, outcomes: [] } });
  await assert.rejects(client.sync(), /not one outcome/);
  await assert.rejects(client.sync(), /not one outcome/);
  assert.equal((await client.get(LOG, uid))?.state, "waiting");
});

test("other types begin a snapshot of their own", async () => {
  const server = new FakeServer();
  const { store } = await withLog(server);
  const { client } = await device(server, { store, types: ["exercise_log", "day_mark"] });
  await client.sync();
  assert.equal(server.requests.at(-1)?.path, "/v1/sync/pull?limit=500&types=day_mark%2Cexercise_log");
});

test("a snapshot takes away nothing of the types that it isn't of", async () => {
  const server = new FakeServer();
  const { client } = await device(server, { types: [LOG] });
  const meal = { eaten_at: "2026-11-24T07:30:00+01:00" } as Written["diet_log"];
  const [uid, gone] = [id(), id()];
  await client.put("diet_log", uid, meal);
  await client.put(LOG, gone, walk());
  await client.sync();
  assert.equal((await client.get("diet_log", uid))?.state, "synced");
  server.edit(ACCOUNT, LOG, gone, null);
  server.expireCursors();
  await client.sync();
  assert.deepEqual([(await client.list("diet_log")).length, (await client.list(LOG)).length], [1, 0]);
});
