// Laws, over random histories: edits, lost answers, killed apps, other devices, staff, expired cursors, restored servers.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  MemoryStore,
  type Choice,
  type Content,
  type Fetch,
  type Rows,
  type Store,
  type SyncEvent,
} from "@engram/client";
import { ACCOUNT, device, lossy, seeded, walk, type Device } from "./devices.js";
import { FakeServer } from "./fake_server.js";

const LOG = "exercise_log";
const RUNS = Number(process.env["RUNS"] ?? 150);
const FIRST = Number(process.env["SEED"] ?? 1);
const STEPS = 40;

class Killed extends Error {}

/** A device that can be killed at any request or transaction, and is started again on what its store has kept. */
class Mortal {
  readonly kept = new MemoryStore();
  readonly events: SyncEvent[] = [];
  private left = Infinity;
  private current: Device | null = null;

  constructor(
    private readonly server: FakeServer,
    private readonly random: () => number,
    private losses = 0.4,
  ) {}

  killAfter(steps: number): void {
    this.left = steps;
  }

  calm(): void {
    this.losses = 0;
    this.left = Infinity;
  }

  async running(): Promise<Device> {
    this.current ??= await this.start();
    return this.current;
  }

  /** Whether it lived through it. */
  async sync(): Promise<boolean> {
    try {
      await (await this.running()).client.sync();
      return true;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      this.current = null;
      return false;
    } finally {
      this.left = Infinity;
    }
  }

  private async start(): Promise<Device> {
    const store: Store = {
      transaction: async <Result>(work: (rows: Rows) => Promise<Result>): Promise<Result> => {
        this.live();
        const result = await this.kept.transaction(async (rows) => {
          const done = await work(rows);
          if (this.left === 1) this.live(); // in the middle, before the commit
          return done;
        });
        this.live();
        return result;
      },
    };
    const fetch: Fetch = async (url, request) => {
      this.live();
      const answer = await lossy(this.server.fetch, this.random, this.losses)(url, request);
      this.live();
      return answer;
    };
    const started = await device(this.server, {
      store,
      fetch,
      random: this.random,
      pageSize: 7,
      patience: { tries: 2 },
    });
    started.client.listen((event) => this.events.push(event));
    return started;
  }

  private live(): void {
    this.left -= 1;
    if (this.left <= 0) throw new Killed();
  }
}

/** A UUID out of the seed. */
function uid(random: () => number): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join("");
  return hex.replace(/(.{8})(.{4}).(.{3}).(.{3})(.{12})/, "$1-$2-7$3-8$4-$5");
}

function pick<Item>(items: readonly Item[], random: () => number): Item | undefined {
  return items[Math.floor(random() * items.length)];
}

/** One thing that somebody does. Returns what they expect to find from then on: content, or null for nothing. */
async function act({ client }: Device, random: () => number, note: string): Promise<[string, Content | null] | null> {
  const one = pick(await client.list(LOG), random);
  const chance = random();
  if (one === undefined || chance < 0.4) {
    const id = uid(random);
    const record = walk({ note, ...(random() < 0.3 ? { origin: { platform: "healthkit", external_id: id } } : {}) });
    await client.put(LOG, id, record);
    return [id, record as Content];
  }
  if (chance < 0.8) {
    const record = walk({ note, ...(one.record.origin ? { origin: one.record.origin } : {}) });
    await client.put(LOG, one.id, record);
    return [one.id, record as Content];
  }
  const external = one.record.origin?.external_id;
  if (external !== undefined && external !== null && random() < 0.5) await client.removeByOrigin("healthkit", external);
  else await client.remove(LOG, one.id);
  return [one.id, null];
}

/** A change that was sent twice is the same, byte for byte. */
function assertFrozen(server: FakeServer): void {
  const sent = new Map<string, string>();
  for (const { path, body } of server.requests) {
    if (path !== "/v1/sync/push") continue;
    for (const change of (JSON.parse(body ?? "") as { changes: Content[] }).changes) {
      if (change["op"] === "delete_by_origin" || change["op"] === "restore") continue;
      const key = `${String(change["id"])} ${String(change["base_version"])}`;
      const json = JSON.stringify(change);
      assert.equal(sent.get(key) ?? json, json);
      sent.set(key, json);
    }
  }
}

/** Synchronises all of them until nobody has anything to say, and decides what has to be decided. */
async function settle(devices: readonly Mortal[], random: () => number): Promise<void> {
  for (const one of devices) one.calm();
  for (let round = 0; round < 12; round += 1) {
    let quiet = true;
    for (const one of devices) {
      const { client, clock } = await one.running();
      const { state, waiting, retryIn } = await client.sync();
      clock.now += (retryIn ?? 0) * 1000;
      for (const conflict of await client.conflicts()) {
        await client.resolve(LOG, conflict.id, pick<Choice>(["mine", "theirs", "both"], random) as Choice);
        quiet = false;
      }
      quiet &&= state === "synced" && waiting === 0;
    }
    if (quiet && round > 2) return;
  }
  assert.fail("They never come to rest.");
}

function live(server: FakeServer): Map<string, { version: number; note: unknown }> {
  const rows = server.rows(ACCOUNT).filter((row) => row.record !== null);
  return new Map(rows.map((row) => [row.id, { version: row.version, note: row.record?.["note"] }]));
}

async function held(one: Mortal): Promise<Map<string, { version: number; note: unknown }>> {
  const { client } = await one.running();
  const kept = await client.list(LOG);
  assert(kept.every((record) => record.state === "synced"));
  return new Map(kept.map((record) => [record.id, { version: record.version, note: record.record.note }]));
}

function sorted<Value>(map: Map<string, Value>): [string, Value][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

function seeds(): number[] {
  return Array.from({ length: RUNS }, (_, index) => FIRST + index);
}

test(`one device alone never has a conflict, loses nothing and stores nothing twice (${RUNS} histories)`, async () => {
  for (const seed of seeds()) {
    const random = seeded(seed);
    const server = new FakeServer();
    const phone = new Mortal(server, random);
    const expected = new Map<string, Content | null>();
    for (let step = 0; step < STEPS; step += 1) {
      if (random() < 0.6) {
        const [id, content] = (await act(await phone.running(), random, `${step}`)) ?? [];
        if (id !== undefined) expected.set(id, content ?? null);
      } else {
        if (random() < 0.4) phone.killAfter(1 + Math.floor(random() * 20));
        await phone.sync();
      }
      if (random() < 0.03) server.expireCursors();
    }
    await settle([phone], random);
    const wanted = [...expected].flatMap(([id, content]) => (content === null ? [] : [[id, content["note"]] as const]));
    const found = [...live(server)].map(([id, { note }]) => [id, note] as const);
    assert.deepEqual(new Map(found), new Map(wanted), `seed ${seed}`);
    assert.deepEqual(sorted(await held(phone)), sorted(live(server)), `seed ${seed}`);
    const trouble = phone.events.filter(
      // What its owner deleted by origin meanwhile is dropped, of course.
      (event) =>
        ["conflict", "refused", "merged"].includes(event.kind) ||
        (event.kind === "dropped" && expected.get(event.id) !== null),
    );
    assert.deepEqual(trouble, [], `seed ${seed}`);
    assertFrozen(server);
  }
});

test(`several devices and staff end up with the same records, and every acknowledgement is kept (${RUNS} histories)`, async () => {
  for (const seed of seeds()) {
    const random = seeded(seed);
    const server = new FakeServer();
    const devices = [1, 2, 3].map(() => new Mortal(server, random));
    for (let step = 0; step < STEPS; step += 1) {
      const one = pick(devices, random) as Mortal;
      const chance = random();
      if (chance < 0.5) await act(await one.running(), random, `${step}`);
      else if (chance < 0.9) {
        if (random() < 0.3) one.killAfter(1 + Math.floor(random() * 20));
        await one.sync();
      } else if (chance < 0.97) {
        const row = pick(
          server.rows(ACCOUNT).filter(({ record }) => record !== null),
          random,
        );
        if (row) server.edit(ACCOUNT, LOG, row.id, random() < 0.2 ? null : { ...row.record, note: `staff ${step}` });
      } else server.expireCursors();
    }
    await settle(devices, random);
    for (const one of devices) {
      assert.deepEqual(sorted(await held(one)), sorted(live(server)), `seed ${seed}`);
      for (const event of one.events) {
        if (event.kind !== "outcome" || event.version === null || !/created|replaced|duplicate/.test(event.outcome))
          continue;
        const row = server.row(ACCOUNT, LOG, event.id);
        assert(row !== undefined && row.version >= event.version, `seed ${seed}: ${event.id} is lost`);
      }
    }
  }
});

test(`a server restored from a backup gets everything back that a device still holds (${RUNS} histories)`, async () => {
  for (const seed of seeds()) {
    const random = seeded(seed);
    const server = new FakeServer();
    const devices = [1, 2].map(() => new Mortal(server, random));
    const removed = new Set<string>();
    let backup = server.backup();
    for (let step = 0; step < STEPS; step += 1) {
      const one = pick(devices, random) as Mortal;
      const chance = random();
      if (chance < 0.5) {
        const [id, content] = (await act(await one.running(), random, `${step}`)) ?? [];
        if (id !== undefined && content === null) removed.add(id);
      } else if (chance < 0.9) {
        if (random() < 0.3) one.killAfter(1 + Math.floor(random() * 20));
        await one.sync();
      } else if (chance < 0.95) backup = server.backup();
      else server.restore(backup);
    }
    server.restore(backup);
    await settle(devices, random);
    for (const one of devices) {
      assert.deepEqual(sorted(await held(one)), sorted(live(server)), `seed ${seed}`);
      for (const event of one.events) {
        const acknowledged = event.kind === "outcome" && (event.outcome === "created" || event.outcome === "replaced");
        if (!acknowledged || removed.has(event.id)) continue;
        assert(server.row(ACCOUNT, LOG, event.id)?.record, `seed ${seed}: ${event.id} is lost`);
      }
    }
  }
});
