// What a device still holds after the server was restored from a backup: nothing of it goes without a word.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Content, Store, SyncEvent } from "@engram/client";
import { ACCOUNT, device, heard, id, kinds, walk, withLog, type Device } from "./devices.js";
import { FakeServer } from "./fake_server.js";

const LOG = "exercise_log";

/** The notes of what was given up. */
function dropped(events: readonly SyncEvent[]): unknown[] {
  return kinds(events, "dropped").map((event) => (event as { record: Content }).record["note"]);
}

/** Both sides of each conflict. */
async function sides({ client }: Device): Promise<unknown[][]> {
  return (await client.conflicts()).map(({ mine, theirs }) => [mine?.["note"], theirs?.["note"]]);
}

async function pulledMeanwhile(store: Store, uid: string, version: number, record: object): Promise<void> {
  await store.transaction(async (rows) => {
    const entry = await rows.entry(LOG, uid);
    assert(entry !== null);
    await rows.save({ ...entry, server: { version, record: record as Content } });
  });
}

/** A restored server has version 2 or 3 of a log, the phone has pulled version 5 and edits what it saw before that. */
async function editBehind(
  version: 2 | 3,
  note: string,
  options: Parameters<typeof device>[1] = {},
): Promise<Device & { uid: string; server: FakeServer }> {
  const server = new FakeServer();
  const phone = await withLog(server, options);
  const { client, store, uid } = phone;
  const edit = (next: number): void => server.edit(ACCOUNT, LOG, uid, { ...walk({ note: `staff ${next}` }) });
  edit(2);
  await client.sync();
  await client.put(LOG, uid, walk({ note }));
  if (version === 3) edit(3);
  const backup = server.backup();
  for (let next = version + 1; next <= 5; next += 1) edit(next);
  // A page of a pull brings it, before what waits is sent.
  await pulledMeanwhile(store, uid, 5, walk({ note: "staff 5" }));
  server.restore(backup);
  return { ...phone, server };
}

test("an outcome about an older version doesn't keep a later copy from being given back", async () => {
  const disputed = await editBehind(3, "mine");
  assert.equal((await disputed.client.sync()).state, "synced");
  assert.equal(disputed.server.row(ACCOUNT, LOG, disputed.uid)?.record?.["note"], "staff 5");
  assert.deepEqual(
    (await disputed.client.conflicts()).map(({ mine }) => mine?.["note"]),
    ["mine"],
  );
  const agreed = await editBehind(3, "staff 3");
  assert.equal((await agreed.client.sync()).state, "synced");
  assert.equal(agreed.server.row(ACCOUNT, LOG, agreed.uid)?.record?.["note"], "staff 5");
  assert.deepEqual(await agreed.client.conflicts(), []);
});

test("nor does one about an edit that was made without that copy: both are shown", async () => {
  for (const removed of [false, true]) {
    const { client, server, uid, ...phone } = await editBehind(2, "mine");
    const events = heard({ client, ...phone });
    if (removed) await client.remove(LOG, uid);
    assert.equal((await client.sync()).state, "synced");
    assert.equal(server.row(ACCOUNT, LOG, uid)?.record?.["note"], removed ? undefined : "mine");
    assert.deepEqual(
      (await client.conflicts()).map(({ mine, theirs }) => [mine?.["note"], theirs?.["note"]]),
      removed ? [] : [["staff 5", "mine"]],
    );
    assert.equal(kinds(events, "dropped").length, removed ? 1 : 0);
  }
});

/** A phone with a log in version 2, of a server that was restored to version 1. */
async function ahead(note = "acknowledged"): Promise<Device & { uid: string; server: FakeServer }> {
  const server = new FakeServer();
  const phone = await withLog(server);
  const backup = server.backup();
  await phone.client.put(LOG, phone.uid, walk({ note }));
  await phone.client.sync();
  server.restore(backup);
  return { ...phone, server };
}

test("a copy that somebody's edit after the restore didn't know is shown beside it, and each way out works", async () => {
  for (const choice of ["mine", "theirs", "both"] as const) {
    const { client, server, uid } = await ahead();
    server.edit(ACCOUNT, LOG, uid, { ...walk({ note: "on the web" }) });
    assert.equal((await client.sync()).state, "synced");
    assert.equal((await client.get(LOG, uid))?.record.note, "on the web");
    assert.deepEqual(
      (await client.conflicts()).map(({ mine, theirs }) => [mine?.["note"], theirs?.["note"]]),
      [["acknowledged", "on the web"]],
    );
    await client.resolve(LOG, uid, choice);
    await client.sync();
    assert.deepEqual([await client.pending(), await client.refused(), await client.conflicts()], [[], [], []]);
    const both = ["acknowledged", "on the web"];
    assert.deepEqual(
      server.rows(ACCOUNT).map((row) => row.record?.["note"]).sort(),
      { mine: both.slice(0, 1), theirs: both.slice(1), both }[choice],
    );
  }
});

test("nothing is asked where it says the same, or where it is a later edit of that copy", async () => {
  const same = await ahead();
  same.server.edit(ACCOUNT, LOG, same.uid, { ...walk({ note: "acknowledged" }) });
  await same.client.sync();
  assert.deepEqual(await same.client.conflicts(), []);
  const server = new FakeServer();
  const { client, uid } = await withLog(server);
  server.edit(ACCOUNT, LOG, uid, { ...walk({ note: "later" }) });
  server.restore(server.backup());
  await client.sync();
  assert.deepEqual([(await client.get(LOG, uid))?.record.note, await client.conflicts()], ["later", []]);
});

test("an edit that waits is the own side; a copy that it was made without is reported", async () => {
  const knowing = await ahead();
  const [behind, late] = [await editBehind(2, "waiting"), await editBehind(2, "waiting")];
  await knowing.client.put(LOG, knowing.uid, walk({ note: "waiting" }));
  const notes = [];
  let busy = false; // so that the last one hears of the restore by a pull, and gives its copy back first
  late.server.instead = ({ op, type, id: uid }) =>
    busy && op === "upsert" ? { outcome: "retry", type, id: uid, retry_after: 5 } : null;
  for (const phone of [knowing, behind, late]) {
    const events = heard(phone);
    phone.server.edit(ACCOUNT, LOG, phone.uid, { ...walk({ note: "on the web" }) });
    busy = phone === late;
    await phone.client.sync();
    busy = false;
    phone.clock.now += 5000;
    await phone.client.sync();
    const dropped = kinds(events, "dropped") as { record: Content }[];
    notes.push([
      ...(await phone.client.conflicts()).map(({ mine }) => mine?.["note"]),
      ...dropped.map(({ record }) => record["note"]),
    ]);
  }
  assert.deepEqual(notes, [["waiting"], ["waiting", "staff 5"], ["waiting", "staff 5"]]);
});

test("a conflict that waits keeps its own side, and what was given back in vain is reported", async () => {
  const server = new FakeServer();
  const phone = await withLog(server);
  const { client, uid } = phone;
  const events = heard(phone);
  const backup = server.backup();
  server.edit(ACCOUNT, LOG, uid, { ...walk({ note: "staff" }) });
  await client.put(LOG, uid, walk({ note: "mine" }));
  await client.sync();
  server.restore(backup);
  server.edit(ACCOUNT, LOG, uid, { ...walk({ note: "on the web" }) });
  await client.sync();
  assert.deepEqual(
    (await client.conflicts()).map(({ mine, theirs }) => [mine?.["note"], theirs?.["note"]]),
    [["mine", "on the web"]],
  );
  assert.deepEqual(
    kinds(events, "dropped").map((event) => (event as { record: Content }).record["note"]),
    ["staff"],
  );
});

test("a deletion that somebody's edit after the restore didn't know is the own side of a conflict", async () => {
  const server = new FakeServer();
  const { client, uid } = await withLog(server);
  const backup = server.backup();
  await client.remove(LOG, uid);
  await client.sync();
  server.restore(backup);
  server.edit(ACCOUNT, LOG, uid, { ...walk({ note: "on the web" }) });
  await client.sync();
  assert.deepEqual(
    (await client.conflicts()).map(({ mine, theirs }) => [mine, theirs?.["note"]]),
    [[null, "on the web"]],
  );
});

test("a copy that somebody deleted without knowing it is dropped, and that is said", async () => {
  const phone = await ahead();
  const { client, server, uid } = phone;
  const events = heard(phone);
  server.edit(ACCOUNT, LOG, uid, null);
  await client.sync();
  assert.deepEqual([await client.list(LOG), await client.conflicts()], [[], []]);
  assert.deepEqual(
    kinds(events, "dropped").map((event) => (event as { record: Content }).record["note"]),
    ["acknowledged"],
  );
  // Deleted by another device before the restore, and only not pulled yet: that one knew it.
  const other = new FakeServer();
  const tablet = await withLog(other);
  const quiet = heard(tablet);
  other.edit(ACCOUNT, LOG, tablet.uid, null);
  other.restore(other.backup());
  await tablet.client.sync();
  assert.deepEqual([await tablet.client.list(LOG), kinds(quiet, "dropped")], [[], []]);
});

/** A phone with a log of a platform's session, of a server that was restored to before it. `other`: the id that the session gets
 * there meanwhile. */
async function forgotten(origin: {
  platform: string;
  external_id: string;
}): Promise<Device & { server: FakeServer; events: SyncEvent[]; uid: string; other: string }> {
  const server = new FakeServer();
  const phone = await device(server);
  const events = heard(phone);
  const backup = server.backup();
  const [uid, other] = [id(), id()];
  await phone.client.put(LOG, uid, walk({ origin, note: "hard" }));
  await phone.client.sync();
  server.restore(backup);
  return { ...phone, server, events, uid, other };
}

test("a copy whose origin another id has now is somebody's to decide, if it says something else", async () => {
  const origin = { platform: "healthkit", external_id: "A-1" };
  for (const note of ["hard", "easy"]) {
    const { server, events, other, ...phone } = await forgotten(origin);
    server.edit(ACCOUNT, LOG, other, walk({ origin, note }) as Content);
    await phone.client.sync();
    assert.equal(kinds(events, "merged").length, 1);
    assert.deepEqual(
      (await phone.client.list(LOG)).map((kept) => [kept.id, kept.record.note]),
      [[other, note]],
    );
    const conflicts = await phone.client.conflicts();
    assert.deepEqual(
      conflicts.map((one) => [one.id, one.mine?.["note"]]),
      note === "hard" ? [] : [[other, "hard"]],
    );
    for (const one of conflicts) await phone.client.resolve(LOG, one.id, "mine");
    await phone.client.sync();
    assert.deepEqual([await phone.client.pending(), await phone.client.refused()], [[], []]);
    assert.equal(server.row(ACCOUNT, LOG, other)?.record?.["note"], "hard");
  }
});

test("an edit of such a copy is the own side then, whether it or the copy comes first", async () => {
  const origin = { platform: "healthkit", external_id: "A-1" };
  for (const first of ["edit", "copy"]) {
    const server = new FakeServer();
    const { client, clock } = await device(server, { patience: { tries: 1 } });
    const backup = server.backup();
    const [uid, other] = [id(), id()];
    await client.put(LOG, uid, walk({ origin }));
    await client.sync();
    await client.put(LOG, uid, walk({ origin, note: "sent" }));
    server.replies.push({ status: 503, body: null });
    assert.equal((await client.sync()).state, "offline");
    server.restore(backup);
    server.edit(ACCOUNT, LOG, other, walk({ origin }) as Content);
    server.instead = ({ op, type }) =>
      first === "copy" && op === "upsert" ? { outcome: "retry", type, id: uid, retry_after: 5 } : null;
    await client.sync();
    clock.now += 5000;
    await client.sync();
    assert.deepEqual(
      (await client.conflicts()).map((one) => [one.id, one.mine?.["note"]]),
      [[other, "sent"]],
    );
  }
});

test("nor was a copy known to an edit that waited behind another one, made without it", async () => {
  const phone = await editBehind(2, "sent");
  const events = heard(phone);
  let first = true;
  phone.server.instead = () => {
    if (first) void phone.client.put(LOG, phone.uid, walk({ note: "behind" }));
    first = false;
    return null;
  };
  await phone.client.sync();
  assert.deepEqual([dropped(events), await sides(phone)], [["staff 5"], []]);
  assert.equal(phone.server.row(ACCOUNT, LOG, phone.uid)?.record?.["note"], "behind");
});

test("nor to one that a decision put on top of what was written after the restore", async () => {
  const phone = await editBehind(2, "mine", { policy: () => "mine" });
  const events = heard(phone);
  phone.server.edit(ACCOUNT, LOG, phone.uid, { ...walk({ note: "on the web" }) });
  await phone.client.sync();
  assert.deepEqual([dropped(events), await sides(phone)], [["staff 5"], []]);
  assert.equal(phone.server.row(ACCOUNT, LOG, phone.uid)?.record?.["note"], "mine");
});

test("where the record was deleted meanwhile, an edit and a copy that it was made without are both reported", async () => {
  for (const busy of [false, true]) {
    const phone = await editBehind(2, "mine");
    const { client, server, clock, uid } = phone;
    const events = heard(phone);
    server.edit(ACCOUNT, LOG, uid, null);
    server.instead = ({ op, type }) =>
      busy && op === "upsert" ? { outcome: "retry", type, id: uid, retry_after: 5 } : null;
    await client.sync();
    server.instead = () => null;
    clock.now += 5000;
    await client.sync();
    assert.deepEqual(dropped(events).sort(), ["mine", "staff 5"]);
    assert.deepEqual([await client.list(LOG), await client.pending()], [[], []]);
  }
});

test("a copy whose origin another id had that was deleted is reported, and keeps its own version", async () => {
  const origin = { platform: "healthkit", external_id: "A-1" };
  const { server, events, uid, other, ...phone } = await forgotten(origin);
  server.edit(ACCOUNT, LOG, other, walk({ origin }) as Content);
  server.edit(ACCOUNT, LOG, other, null);
  await phone.client.sync();
  assert.deepEqual([await phone.client.list(LOG), dropped(events)], [[], ["hard"]]);
  const entry = await phone.store.transaction((rows) => rows.entry(LOG, uid));
  assert.deepEqual(entry?.server, { version: 1, record: null });
});

test("what else was written of a record that gives way to another one of its origin is reported", async () => {
  const origin = { platform: "healthkit", external_id: "A-1" };
  const lost = [];
  for (const what of ["conflict", "refusal", "copy before", "copy after"]) {
    const server = new FakeServer();
    const phone = await device(server);
    const { client, store, clock } = phone;
    const events = heard(phone);
    const backup = server.backup();
    const [uid, other] = [id(), id()];
    await client.put(LOG, uid, walk({ origin }));
    await client.sync();
    if (what === "conflict") server.edit(ACCOUNT, LOG, uid, walk({ origin, note: "staff" }) as Content);
    await client.put(LOG, uid, walk({ origin, note: "mine", ...(what === "refusal" ? { duration_seconds: -1 } : {}) }));
    if (what.startsWith("copy")) await pulledMeanwhile(store, uid, 5, walk({ origin, note: "staff" }));
    else await client.sync();
    server.restore(backup);
    server.edit(ACCOUNT, LOG, other, walk({ origin, note: "other" }) as Content);
    server.instead = ({ op, type }) =>
      what === "copy after" && op === "upsert" ? { outcome: "retry", type, id: uid, retry_after: 5 } : null;
    await client.sync();
    server.instead = () => null;
    clock.now += 5000;
    await client.sync();
    assert.deepEqual(await client.get(LOG, uid), null);
    lost.push([dropped(events), await sides(phone)]);
  }
  assert.deepEqual(lost, [
    [["mine"], [["staff", "other"]]],
    [["mine"], [["", "other"]]],
    [["staff"], [["mine", "other"]]],
    [["staff"], [["mine", "other"]]],
  ]);
});

test("a record that another one of its origin gives way to still gives its own copy back", async () => {
  const origin = { platform: "healthkit", external_id: "A-1" };
  for (const first of [true, false]) {
    const server = new FakeServer();
    const phone = await device(server);
    const { client } = phone;
    const events = heard(phone);
    const backup = server.backup();
    const [uid, other] = [id(), id()];
    if (first) await client.put(LOG, uid, walk({ origin, note: "hard" }));
    await client.put(LOG, other, walk({ note: "acknowledged" }));
    await client.put(LOG, uid, walk({ origin, note: "hard" }));
    await client.sync();
    server.restore(backup);
    server.edit(ACCOUNT, LOG, other, walk({ origin, note: "on the web" }) as Content);
    await client.sync();
    assert.deepEqual([await sides(phone), dropped(events)], [[["hard", "on the web"]], ["acknowledged"]]);
    assert.equal((await client.get(LOG, other))?.record.note, "on the web");
  }
});

/** Two restores. The phone gave its copies of before them back, in version 2; a tablet still holds what was written in between. */
async function twice(
  records: number,
  between: Content | null,
  options: Parameters<typeof device>[1] = {},
): Promise<Device & { uids: string[]; server: FakeServer; tablet: Device }> {
  const server = new FakeServer();
  const phone = await device(server, options);
  const uids = Array.from({ length: records }, id);
  for (const uid of uids) await phone.client.put(LOG, uid, walk());
  await phone.client.sync();
  const backup = server.backup();
  for (const uid of uids) await phone.client.put(LOG, uid, walk({ note: "acknowledged" }));
  await phone.client.sync();
  server.restore(backup);
  const tablet = await device(server);
  await tablet.client.sync();
  for (const uid of uids) server.edit(ACCOUNT, LOG, uid, between);
  await tablet.client.sync();
  server.restore(backup);
  await phone.client.sync();
  return { ...phone, uids, server, tablet };
}

test("after two restores a copy doesn't give way in silence to what was written between them", async () => {
  for (const [note, shown] of [["between", [["acknowledged", "between"]]], ["acknowledged", []]] as const) {
    const phone = await twice(1, { ...walk({ note }) });
    const events = heard(phone);
    await phone.tablet.client.sync();
    await phone.client.sync();
    assert.deepEqual([await sides(phone), dropped(events)], [shown, []]);
    assert.equal(kinds(events, "conflict").length, shown.length);
    assert.equal((await phone.client.get(LOG, phone.uids[0] as string))?.record.note, note);
  }
});

test("nor to a deletion from between them", async () => {
  const phone = await twice(1, null);
  const events = heard(phone);
  await phone.tablet.client.sync();
  await phone.client.sync();
  assert.deepEqual([await phone.client.list(LOG), await sides(phone), dropped(events)], [[], [], ["acknowledged"]]);
});

test("a later edit of what was given back is no conflict, and an edit that waits is the own side of one", async () => {
  const phone = await twice(1, { ...walk({ note: "between" }) });
  const events = heard(phone);
  const uid = phone.uids[0] as string;
  phone.server.edit(ACCOUNT, LOG, uid, { ...walk({ note: "on the web" }) });
  await phone.client.sync();
  assert.deepEqual([await sides(phone), dropped(events)], [[], []]);
  const other = await twice(1, { ...walk({ note: "between" }) });
  await other.client.put(LOG, other.uids[0] as string, walk({ note: "waiting" }));
  await other.tablet.client.sync();
  await other.client.sync();
  assert.deepEqual([await sides(other), dropped(events)], [[["waiting", "between"]], []]);
});

test("a policy decides what a pull brings to be decided", async () => {
  const phone = await twice(2, { ...walk({ note: "between" }) }, { policy: () => "both" });
  await phone.tablet.client.sync();
  await phone.client.sync();
  const waiting = await phone.store.transaction((rows) => rows.find({ by: "waiting" }));
  await phone.client.put(LOG, id(), walk({ note: "new" }));
  const all = await phone.store.transaction((rows) => rows.find({ by: "waiting" }));
  assert.deepEqual([waiting.length, new Set(all.map((entry) => entry.queued)).size], [2, 3]);
  assert.equal((await phone.client.sync()).state, "synced");
  assert.deepEqual(
    phone.server.rows(ACCOUNT).map((row) => row.record?.["note"]).sort(),
    ["acknowledged", "acknowledged", "between", "between", "new"],
  );
});

test("what the server works out is never anybody's to decide", async () => {
  const server = new FakeServer();
  const phone = await device(server);
  const uid = id();
  server.edit(ACCOUNT, "weekly_score", uid, { score: 10 });
  await phone.client.sync();
  server.restore(server.backup());
  server.edit(ACCOUNT, "weekly_score", uid, { score: 20 });
  server.restore(server.backup());
  await phone.client.sync();
  assert.deepEqual(await phone.client.conflicts(), []);
  assert.equal((await phone.client.get("weekly_score", uid))?.record.score, 20);
});

test("nor where the outcome of an edit that was made without it is the first to tell", async () => {
  const lost = [];
  for (const [between, note] of [["between", "mine"], ["between", "between"], [null, "mine"]] as const) {
    const phone = await twice(1, between === null ? null : { ...walk({ note: between }) });
    const events = heard(phone);
    const uid = phone.uids[0] as string;
    await phone.client.put(LOG, uid, walk({ note }));
    await phone.store.transaction(async (rows) => {
      const entry = await rows.entry(LOG, uid);
      assert(entry?.pending?.op === "upsert");
      await rows.save({ ...entry, pending: { ...entry.pending, base: 1 } });
    });
    await phone.tablet.client.sync();
    await phone.client.sync();
    lost.push([await sides(phone), dropped(events)]);
  }
  assert.deepEqual(lost, [
    [[["mine", "between"]], ["acknowledged"]],
    [[["acknowledged", "between"]], []],
    [[], ["mine", "acknowledged"]],
  ]);
});

test("nor where it is the first to take another record of its origin in", async () => {
  const origin = { platform: "healthkit", external_id: "A-1" };
  const server = new FakeServer();
  const [phone, tablet] = [await device(server), await device(server)];
  const events = heard(phone);
  const [uid, other] = [id(), id()];
  const backup = server.backup();
  await phone.client.put(LOG, other, walk({ note: "acknowledged" }));
  await phone.client.sync();
  server.restore(backup);
  server.edit(ACCOUNT, LOG, other, walk({ origin, note: "between" }) as Content);
  await tablet.client.sync();
  server.restore(backup);
  await phone.client.sync();
  await phone.client.put(LOG, uid, walk({ origin, note: "hard" }));
  await tablet.client.sync();
  await phone.client.sync();
  assert.deepEqual([await sides(phone), dropped(events)], [[["acknowledged", "between"]], []]);
});
