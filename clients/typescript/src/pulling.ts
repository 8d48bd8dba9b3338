// Pulling: pages until there are no more, each stored together with its cursor.
import { copyOf, newEntry, swept } from "./entries.js";
import type { SyncEvent } from "./events.js";
import { keep, type Arbiter } from "./keeping.js";
import { pulled } from "./outcomes.js";
import type { Requests } from "./requests.js";
import { beginRestore, withoutCursor } from "./restoring.js";
import { UnexpectedAnswer, WrongAccount } from "./stops.js";
import type { Rows, State, Store } from "./store.js";
import { isPullAnswer, type Problem, type PullAnswer } from "./wire.js";

/** How many cursors in a row may turn out to be worth nothing before that is an error. */
const LOST_CURSORS = 3;

export interface Pulling {
  readonly store: Store;
  readonly requests: Requests;
  readonly account: string;
  readonly pageSize: number;
  readonly arbiter: Arbiter;
  readonly emit: (events: readonly SyncEvent[]) => void;
}

export interface Pulled {
  readonly changes: number;
  /** The server was restored: what it acknowledged has to be pushed before the rest is pulled. */
  readonly restored: boolean;
}

export async function pull(pulling: Pulling): Promise<Pulled> {
  let changes = 0;
  let lost = 0;
  for (;;) {
    const state = await pulling.store.transaction(stateOf);
    const answer = await pulling.requests.answer({
      method: "GET",
      path: pathOf(state, pulling.pageSize),
      isAnswer: isPullAnswer,
    });
    if (answer.status === 200) {
      const page = answer.body as PullAnswer;
      if (page.account !== pulling.account) throw new WrongAccount();
      const { events, restored } = await pulling.store.transaction((rows) => take(rows, state, page, pulling.arbiter));
      pulling.emit(events);
      if (restored) return { changes, restored };
      changes += page.changes.length;
      if (!page.has_more) return { changes, restored };
      // A first page says nothing about cursors.
      if (state.cursor !== null) lost = 0;
    } else if (state.cursor !== null && (answer.status === 410 || answer.status === 422) && lost < LOST_CURSORS) {
      // A cursor that the server can't read is as good as an expired one.
      lost += 1;
      await pulling.store.transaction(async (rows) => rows.setState(withoutCursor(await stateOf(rows))));
    } else {
      throw new UnexpectedAnswer(answer.status, ((answer.body ?? {}) as Problem).code);
    }
  }
}

async function stateOf(rows: Rows): Promise<State> {
  const state = await rows.state();
  if (state === null) throw new Error("The store has not been opened.");
  return state;
}

function pathOf(state: State, pageSize: number): string {
  const parameters = [`limit=${pageSize}`];
  if (state.types !== "") parameters.push(`types=${encodeURIComponent(state.types)}`);
  if (state.cursor !== null) parameters.push(`cursor=${encodeURIComponent(state.cursor)}`);
  return `/v1/sync/pull?${parameters.join("&")}`;
}

interface Taken {
  readonly events: SyncEvent[];
  readonly restored: boolean;
}

async function take(rows: Rows, asked: State, page: PullAnswer, arbiter: Arbiter): Promise<Taken> {
  const state = await stateOf(rows);
  if (state.epoch !== null && state.epoch !== page.epoch) {
    return { events: await beginRestore(rows, state, page.epoch), restored: true };
  }
  // Another client on this store has gone on meanwhile; this page is an old one.
  if (state.cursor !== asked.cursor || state.snapshot !== asked.snapshot) return { events: [], restored: false };
  const { cursor, epoch } = page;
  const events: SyncEvent[] = [];
  for (const change of page.changes) {
    const before = (await rows.entry(change.type, change.id)) ?? newEntry(change.type, change.id);
    const { entry, ...told } = pulled(before, copyOf(change), epoch);
    events.push(...(await keep(rows, before, { ...told, entry: { ...entry, seen: state.snapshot } }, arbiter)));
  }
  const complete = state.inSnapshot && !page.has_more;
  if (complete) await sweep(rows, state);
  // A decision has taken a place of the queue.
  await rows.setState({ ...(await stateOf(rows)), epoch, cursor, inSnapshot: state.inSnapshot && !complete });
  events.push({ kind: "pulled", changes: page.changes.length, hasMore: page.has_more });
  return { events, restored: false };
}

/** What a complete snapshot did not bring was deleted meanwhile, if it is of a type that is pulled. */
async function sweep(rows: Rows, { snapshot, types }: State): Promise<void> {
  const pulled = types.split(",");
  for (const entry of await rows.find({ by: "swept", before: snapshot })) {
    if (types !== "" && !pulled.includes(entry.type)) continue;
    const left = swept(entry);
    await (left === null ? rows.erase(entry.type, entry.id) : rows.save(left));
  }
}
