// After a restore of the server: everything that it once acknowledged is told to it again, before anything is pulled.
import { toRestore } from "./entries.js";
import type { SyncEvent } from "./events.js";
import type { Rows, State } from "./store.js";

/** Notes that the server is in another epoch. Nothing is to be restored to a server that this store sees for the first time. */
export async function beginRestore(rows: Rows, state: State, epoch: number): Promise<SyncEvent[]> {
  if (state.epoch === null) {
    await rows.setState({ ...state, epoch });
    return [];
  }
  await rows.setState({ ...withoutCursor(state), epoch });
  let records = 0;
  for (const entry of await rows.find({ by: "all" })) {
    const marked = toRestore(entry);
    if (marked === entry) continue;
    if (marked.restore) records += 1;
    await rows.save(marked);
  }
  return [{ kind: "restoring", epoch, records }];
}

/** A new snapshot: at its end, what it didn't bring is gone. */
export function withoutCursor(state: State): State {
  return { ...state, cursor: null, snapshot: state.snapshot + 1, inSnapshot: true };
}
