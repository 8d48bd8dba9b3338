// What an outcome or a page leads to: stored, and told to those who listen.
import type { Entry } from "./entries.js";
import type { SyncEvent } from "./events.js";
import type { Settled } from "./outcomes.js";
import type { Rows } from "./store.js";

/** Decides conflicts inside the transaction that stores them. */
export type Arbiter = (rows: Rows, entry: Entry) => Promise<SyncEvent[]>;

export async function keep(rows: Rows, before: Entry, settled: Settled, arbiter: Arbiter): Promise<SyncEvent[]> {
  const { type, id } = before;
  const { entry } = settled;
  const events = givingUp(before, settled);
  if (entry === null) {
    await rows.erase(type, id);
    return events;
  }
  await rows.save(entry);
  if (entry.refusal !== null && entry.refusal !== before.refusal) {
    events.push({ kind: "refused", type, id, errors: entry.refusal.errors });
  }
  if (entry.conflict !== null && entry.conflict !== before.conflict) events.push(...(await arbiter(rows, entry)));
  return events;
}

export function givingUp({ type, id }: Entry, { dropped = [] }: Settled): SyncEvent[] {
  return dropped.map((record) => ({ kind: "dropped", type, id, record }));
}
