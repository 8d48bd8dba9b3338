// Policies that ask for what can't be done, or fail: nothing else is lost by it.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Policy } from "@engram/client";
import { ACCOUNT, device, heard, id, kinds, walk, withLog } from "./devices.js";
import { FakeServer } from "./fake_server.js";

const LOG = "exercise_log";
const MARK = "day_mark";

/** A mark in conflict, in one push with a log. */
async function inConflict(policy: Policy): Promise<Awaited<ReturnType<typeof device>> & { server: FakeServer; uid: string }> {
  const server = new FakeServer();
  const phone = await device(server, { policy });
  const uid = id();
  await phone.client.put(MARK, uid, { date: "2026-11-24" });
  await phone.client.sync();
  server.edit(ACCOUNT, MARK, uid, { date: "2026-11-24", note: "theirs" });
  await phone.client.put(MARK, uid, { date: "2026-11-24", note: "mine" } as never);
  await phone.client.put(LOG, id(), walk());
  return { ...phone, server, uid };
}

test("what a policy can't have, or throws, is asked for, and every other outcome is stored", async () => {
  const policies: [string, Policy][] = [
    ["both of what there is one of", () => "both"],
    [
      "an exception",
      () => {
        throw new Error("a policy's own");
      },
    ],
  ];
  for (const [name, policy] of policies) {
    const phone = await inConflict(policy);
    const { client, server, uid } = phone;
    const events = heard(phone);
    assert.equal((await client.sync()).state, "synced", name);
    assert.deepEqual([await client.pending(), (await client.list(LOG)).map((one) => one.state)], [[], ["synced"]], name);
    assert.deepEqual(kinds(events, "conflict"), [{ kind: "conflict", type: MARK, id: uid }], name);
    assert.deepEqual(
      (await client.conflicts()).map(({ mine, theirs }) => [mine?.["note"], theirs?.["note"]]),
      [["mine", "theirs"]],
      name,
    );
    await assert.rejects(client.resolve(MARK, uid, "both"), /only one day_mark/, name);
    assert.equal((await client.conflicts()).length, 1, name);
    await client.resolve(MARK, uid, "mine");
    await client.sync();
    assert.equal(server.row(ACCOUNT, MARK, uid)?.record?.["note"], "mine", name);
  }
});

test("nor can it have mine of a mark that is gone from the server", async () => {
  const { client, server, uid } = await inConflict(() => "mine");
  server.instead = ({ type }) => (type === MARK ? { outcome: "conflict", type, id: uid, version: 2 } : null);
  assert.equal((await client.sync()).state, "synced");
  assert.deepEqual([(await client.conflicts()).length, (await client.pending()).length], [1, 0]);
});

test("an answer that is no choice, a promise for one, is asked for", async () => {
  const server = new FakeServer();
  const { client, uid } = await withLog(server, { policy: (async () => "theirs") as unknown as Policy });
  server.edit(ACCOUNT, LOG, uid, { ...walk({ note: "theirs" }) });
  await client.put(LOG, uid, walk({ note: "mine" }));
  await client.sync();
  assert.deepEqual([(await client.conflicts()).length, (await client.list(LOG)).length], [1, 1]);
});
