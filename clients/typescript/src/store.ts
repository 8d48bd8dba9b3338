// Where a device keeps its records. An implementation needs transactions; everything else is looking up rows.
import { isSweepable, originKey, shown, stageOf, type Entry } from "./entries.js";

/** What is known of the whole. */
export interface State {
  /** Whose records these are. */
  readonly account: string;
  readonly epoch: number | null;
  readonly cursor: string | null;
  /** The record types that the cursor is of. */
  readonly types: string;
  /** Counts snapshots; `inSnapshot` until the last one is complete. */
  readonly snapshot: number;
  readonly inSnapshot: boolean;
  readonly nextPlace: number;
}

/** What entries are looked up by; each implementation keeps these beside an entry. */
export interface Indexed {
  readonly origin: string | null;
  readonly stage: number | null;
  readonly queued: number;
  readonly notBefore: number;
  readonly refused: boolean;
  readonly conflict: boolean;
  /** The snapshot that brought it last, null for what the server is not known to have. */
  readonly swept: number | null;
}

export type Query =
  | { readonly by: "type"; readonly type: string }
  | { readonly by: "origin"; readonly origin: string }
  /** What may be sent at this time, in the order of `stage`, then `queued`: `notBefore` has come, or is more than `LONGEST_WAIT`
   * ahead. */
  | { readonly by: "ready"; readonly now: number; readonly limit: number }
  /** Everything that has something to send, in the same order. */
  | { readonly by: "waiting" }
  | { readonly by: "refused" }
  | { readonly by: "conflict" }
  /** What snapshots before this one brought, and it did not. */
  | { readonly by: "swept"; readonly before: number }
  | { readonly by: "all" };

/** The rows of a store, inside one transaction. */
export interface Rows {
  state(): Promise<State | null>;
  setState(state: State): Promise<void>;
  entry(type: string, id: string): Promise<Entry | null>;
  save(entry: Entry): Promise<void>;
  erase(type: string, id: string): Promise<void>;
  find(query: Query): Promise<Entry[]>;
}

export interface Store {
  /** Carries out `work` alone and all or nothing; when the promise is fulfilled, it is on the disk. */
  transaction<Result>(work: (rows: Rows) => Promise<Result>): Promise<Result>;
}

export function indexed(entry: Entry): Indexed {
  return {
    origin: originKey(shown(entry) ?? entry.server?.record ?? null),
    stage: stageOf(entry),
    queued: entry.queued,
    notBefore: entry.notBefore,
    refused: entry.refusal !== null,
    conflict: entry.conflict !== null,
    swept: isSweepable(entry) ? entry.seen : null,
  };
}

/** Runs one thing after the other. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  take<Result>(work: () => Promise<Result>): Promise<Result> {
    const mine = this.last.then(work, work);
    this.last = mine.catch(() => undefined);
    return mine;
  }
}
