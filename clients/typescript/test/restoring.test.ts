// What a device still holds after the server was restored from a backup: nothing of it goes without a word.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Content } from "@engram/client";
import { ACCOUNT, walk, withLog, type Device } from "./devices.js";
import { FakeServer } from "./fake_server.js";

const LOG = "exercise_log";

/** A restored server has version 2 or 3 of a log, the phone has pulled version 5 and edits what it saw before that. */
async function editBehind(version: 2 | 3, note: string): Promise<Device & { uid: string; server: FakeServer }> {
  const server = new FakeServer();
  const phone = await withLog(server);
  const { client, store, uid } = phone;
  const edit = (next: number): void => server.edit(ACCOUNT, LOG, uid, { ...walk({ note: `staff ${next}` }) });
  edit(2);
  await client.sync();
  await client.put(LOG, uid, walk({ note }));
  if (version === 3) edit(3);
  const backup = server.backup();
  for (let next = version + 1; next <= 5; next += 1) edit(next);
  // A page of a pull brings it, before what waits is sent.
  await store.transaction(async (rows) => {
    const entry = await rows.entry(LOG, uid);
    assert(entry !== null);
    await rows.save({ ...entry, server: { version: 5, record: walk({ note: "staff 5" }) as Content } });
  });
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
