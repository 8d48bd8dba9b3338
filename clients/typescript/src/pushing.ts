// Pushing: batches until the queue is empty, and what their outcomes do to the store.
import { freeze, pushBody, type Item, type Pace } from "./batches.js";
import { copyOf, keyOfOrigin, newEntry, ORIGIN, shownByServer, type Entry } from "./entries.js";
import type { SyncEvent } from "./events.js";
import { keep, type Arbiter } from "./keeping.js";
import { absorbed, postponed, restored, settled, type Settled } from "./outcomes.js";
import { Unreachable, type Answer, type Requests } from "./requests.js";
import { beginRestore } from "./restoring.js";
import { UnexpectedAnswer, WrongAccount } from "./stops.js";
import type { Rows, Store } from "./store.js";
import { isPushAnswer, MAX_CHANGES, utf8Length, type Outcome, type Problem, type PushAnswer } from "./wire.js";

/** A change that makes the server fail all by itself waits, so that the others get through: longer each time. */
const FAILING_SECONDS = [60, 300, 3600] as const;

export interface Pushing {
  readonly store: Store;
  readonly requests: Requests;
  readonly account: string;
  readonly now: () => number;
  readonly pace: Pace;
  readonly arbiter: Arbiter;
  readonly emit: (events: readonly SyncEvent[]) => void;
}

/** Returns how many changes have an outcome now. */
export async function push(pushing: Pushing): Promise<number> {
  let pushed = 0;
  let changes = MAX_CHANGES;
  for (;;) {
    const limits = { changes, bytes: pushing.pace.bytes };
    const items = await pushing.store.transaction((rows) => freeze(rows, pushing.now(), limits));
    if (items.length === 0) return pushed;
    pushing.emit([{ kind: "pushing", changes: items.length }]);
    const answer = await send(pushing, items);
    if (answer.status === 200) {
      await settleAll(pushing, items, answer);
      pushed += items.length;
      pushing.pace.faster();
      changes = Math.min(MAX_CHANGES, changes * 2);
    } else if (items.length > 1) {
      changes = Math.ceil(items.length / 2); // one bad change never holds up the others
    } else {
      // Is it the change that fails, or the server? Then an empty push fails too, and nothing is set aside.
      if (answer.status === 500) await send(pushing, []);
      await setAside(pushing, items[0] as Item, answer);
    }
  }
}

/** The answer to a push that was carried out or is refused as a whole for what one change of it does. Where there is none, and
 * the server fails, it is like any other answer that is no use for now. */
async function send(pushing: Pushing, items: readonly Item[]): Promise<Answer> {
  const body = (): string => pushBody(pushing.account, new Date(pushing.now()).toISOString(), items);
  let answer: Answer;
  try {
    answer = await pushing.requests.answer({ method: "POST", path: "/v1/sync/push", body, isAnswer: isPushAnswer });
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    if (error.status === null) pushing.pace.slower(utf8Length(body()));
    if (error.status === 500 && items.length > 0) return { status: 500, body: null, tries: 2 };
    throw error;
  }
  const problem = (answer.body ?? {}) as Problem;
  if (answer.status === 409 && problem.code === "wrong_account") throw new WrongAccount();
  if (answer.status === 200) {
    const { account, outcomes } = answer.body as PushAnswer;
    if (account !== pushing.account) throw new WrongAccount();
    const inOrder = items.every(({ type, id }, index) => type === ORIGIN || (outcomes[index]?.id ?? id) === id);
    if (outcomes.length !== items.length || !inOrder)
      throw new UnexpectedAnswer(200, "not one outcome for each change");
  } else if (!isAboutChanges(answer.status, problem.code)) {
    throw new UnexpectedAnswer(answer.status, problem.code);
  }
  return answer;
}

/** What a body says that nobody can read. A 400 of a proxy, of an address, or of a body that was cut off on its way is about the
 * request, and would be true of each change. */
const UNREADABLE = new Set<string | undefined>(["malformed_json", "json_too_deep", "duplicate_key"]);

/** Is it a change that the server can't take, and not the request around it? */
function isAboutChanges(status: number, code: string | undefined): boolean {
  return status === 413 || status === 422 || (status === 400 && UNREADABLE.has(code));
}

async function settleAll(pushing: Pushing, items: readonly Item[], answer: Answer): Promise<void> {
  const { epoch, outcomes } = answer.body as PushAnswer;
  const events = await pushing.store.transaction(async (rows) => {
    const found: SyncEvent[] = [];
    const state = await rows.state();
    if (state !== null && state.epoch !== epoch) found.push(...(await beginRestore(rows, state, epoch)));
    for (const [index, item] of items.entries()) {
      const outcome = outcomes[index] as Outcome;
      found.push(...(await settleOne(pushing, rows, item, outcome, { epoch, repeated: answer.tries > 1 })));
    }
    return found;
  });
  pushing.emit(events);
}

/** What is true of all outcomes of an answer. */
interface Answered {
  readonly epoch: number;
  readonly repeated: boolean;
}

async function settleOne(
  pushing: Pushing,
  rows: Rows,
  item: Item,
  outcome: Outcome,
  answered: Answered,
): Promise<SyncEvent[]> {
  const { type, id } = item;
  const before = await rows.entry(type, id);
  const events: SyncEvent[] = [
    { kind: "outcome", type, id, outcome: outcome.outcome, version: outcome.version ?? null },
  ];
  if (outcome.removed !== undefined) await removeAll(rows, item, outcome);
  else if (type === ORIGIN && outcome.outcome === "duplicate") await removeAll(rows, item, { ...outcome, removed: [] });
  if (before === null) return events;
  const result = resultOf(before, item, outcome, answered, pushing.now());
  if (result === null) return events; // another client on this store was faster
  events.push(...(await keep(rows, before, result, pushing.arbiter)));
  if (result.merged !== undefined) events.push(...(await merge(pushing, rows, item, result.merged, answered.epoch)));
  return events;
}

function resultOf(before: Entry, item: Item, outcome: Outcome, answered: Answered, now: number): Settled | null {
  if (item.restoring) {
    const same = before.restore && before.server?.version === item.version;
    return same ? restored({ ...before, failures: 0 }, outcome, now) : null;
  }
  const { flight } = before;
  if (flight === null || flight.json !== item.json) return null;
  const again = flight.again || answered.repeated;
  return settled({ ...before, failures: 0, flight: { ...flight, again } }, outcome, answered.epoch, now);
}

/** Everything of an origin that the server has deleted. What it didn't list is deleted too: it had been before. */
async function removeAll(rows: Rows, item: Item, outcome: Outcome): Promise<void> {
  for (const change of outcome.removed ?? []) {
    const entry = (await rows.entry(change.type, change.id)) ?? newEntry(change.type, change.id);
    await rows.save(shownByServer(entry, copyOf({ ...change, deleted: true })));
  }
  if (item.type !== ORIGIN) return;
  const [platform, externalId] = JSON.parse(item.id) as [string, string];
  for (const entry of await rows.find({ by: "origin", origin: keyOfOrigin(platform, externalId) })) {
    if (entry.server?.record) await rows.save({ ...entry, server: { ...entry.server, record: null } });
  }
}

async function merge(
  pushing: Pushing,
  rows: Rows,
  { type, id }: Item,
  { into, behind }: NonNullable<Settled["merged"]>,
  epoch: number,
): Promise<SyncEvent[]> {
  const target = (await rows.entry(type, into.id)) ?? newEntry(type, into.id);
  const events = await keep(rows, target, absorbed(target, into, behind, epoch), pushing.arbiter);
  return [{ kind: "merged", type, id, into: into.id }, ...events];
}

/** A change that the server won't even look at: refused, or tried again later if it makes the server fail. */
async function setAside(pushing: Pushing, item: Item, answer: Answer): Promise<void> {
  const { type, id } = item;
  const problem = (answer.body ?? {}) as Problem;
  const errors = problem.errors ?? [{ pointer: "", code: problem.code ?? String(answer.status) }];
  const invalid: Outcome = { outcome: "invalid", errors };
  const events = await pushing.store.transaction(async (rows): Promise<SyncEvent[]> => {
    if (answer.status !== 500) return settleOne(pushing, rows, item, invalid, { epoch: 0, repeated: true });
    const entry = await rows.entry(type, id);
    if (entry !== null) await rows.save(failed(entry, pushing.now()));
    return [];
  });
  pushing.emit(events);
}

function failed(entry: Entry, now: number): Entry {
  const before = entry.failures ?? 0;
  const seconds = FAILING_SECONDS[Math.min(before, FAILING_SECONDS.length - 1)] as number;
  const flight = entry.flight && { ...entry.flight, again: true };
  return { ...postponed({ ...entry, flight }, now + seconds * 1000), failures: before + 1 };
}
