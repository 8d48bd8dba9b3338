// What one push holds: the next changes of the queue, each frozen as it is sent.
import { ORIGIN, type Edit, type Entry } from "./entries.js";
import type { Rows } from "./store.js";
import { MAX_BYTES, utf8Length, type Sent } from "./wire.js";

/** One change of a push. `restoring` tells which of an entry's two kinds it is. */
export interface Item {
  readonly type: string;
  readonly id: string;
  readonly json: string;
  readonly restoring: boolean;
  readonly version: number;
}

/** Room for the account, the clock and the brackets around the changes. */
const ENVELOPE = 1024;

/** Half of a push that got no answer is still worth trying if it was larger than this. */
const SMALL_BYTES = 16 * 1024;

/** How much one push may hold: half of what got no answer, for an uplink that needs longer for it than an answer may take, and
 * twice as much again after each one that got through. */
export class Pace {
  private most = MAX_BYTES;

  get bytes(): number {
    return this.most;
  }

  slower(sent: number): void {
    if (sent > SMALL_BYTES) this.most = Math.min(this.most, sent) / 2;
  }

  faster(): void {
    this.most = Math.min(MAX_BYTES, this.most * 2);
  }
}

/** The changes to send next: at most so many, and so many bytes. They are in flight when this is committed. */
export async function freeze(rows: Rows, now: number, limits: { changes: number; bytes: number }): Promise<Item[]> {
  const items: Item[] = [];
  let room = limits.bytes - ENVELOPE;
  for (const entry of await rows.find({ by: "ready", now, limit: limits.changes })) {
    const item = itemOf(entry);
    room -= utf8Length(item.json) + 1;
    // A single change is sent even if it is too big, for the server to say so.
    if (room < 0 && items.length > 0) break;
    items.push(item);
    await rows.save(inFlight(entry, item));
  }
  return items;
}

function itemOf(entry: Entry): Item {
  const { type, id } = entry;
  const version = entry.server?.version ?? 0;
  if (entry.restore) return { type, id, json: JSON.stringify(restoreOf(entry)), restoring: true, version };
  const json = entry.flight?.json ?? JSON.stringify(changeOf(entry, entry.pending as Edit));
  return { type, id, json, restoring: false, version };
}

function inFlight(entry: Entry, item: Item): Entry {
  if (item.restoring) return entry;
  if (entry.flight !== null) return { ...entry, flight: { ...entry.flight, again: true } };
  return { ...entry, flight: { edit: entry.pending as Edit, json: item.json, again: false }, pending: null };
}

function changeOf({ type, id }: Entry, edit: Edit): Sent {
  switch (edit.op) {
    case "upsert":
      return { op: "upsert", type, id, base_version: edit.base, record: edit.record };
    case "delete":
      return { op: "delete", type, id, base_version: edit.base };
    case "delete_by_origin":
      return { op: "delete_by_origin", platform: edit.platform, external_id: edit.external_id };
  }
}

function restoreOf({ type, id, server }: Entry): Sent {
  if (type === ORIGIN) {
    const [platform, external_id] = JSON.parse(id) as [string, string];
    return { op: "delete_by_origin", platform, external_id };
  }
  const version = server?.version ?? 0;
  const record = server?.record ?? null;
  return record === null
    ? { op: "restore", type, id, version, deleted: true }
    : { op: "restore", type, id, version, record };
}

export function pushBody(account: string, clientNow: string, items: readonly Item[]): string {
  const changes = items.map((item) => item.json).join(",");
  return `{"account":${JSON.stringify(account)},"client_now":${JSON.stringify(clientNow)},"changes":[${changes}]}`;
}
