// Conflicts: decided by a policy when they come, or by somebody later.
import { newEntry, written, type Disagreement, type Entry } from "./entries.js";
import type { SyncEvent } from "./events.js";
import { givingUp } from "./keeping.js";
import { conflictOf, type Conflict } from "./kept.js";
import { mineOnTop, type Choice } from "./outcomes.js";
import { isOneOfAKind, type Content } from "./records.js";
import type { Rows } from "./store.js";

/** What to do about a conflict without asking anybody; `ask` keeps it for `conflicts()`, and so does what can't be done or a
 * policy that throws: the outcomes that are stored together with this one must not be lost by it. */
export type Policy = (conflict: Conflict) => Choice | "ask";

const CHOICES: ReadonlySet<unknown> = new Set<Choice>(["mine", "theirs", "both"]);

export async function decideByPolicy(
  rows: Rows,
  entry: Entry,
  policy: Policy,
  makeId: () => string,
): Promise<SyncEvent[]> {
  const choice = choiceOf(entry, policy);
  if (choice === "ask") return [{ kind: "conflict", type: entry.type, id: entry.id }];
  return (await decide(rows, entry, choice, makeId)).events;
}

function choiceOf(entry: Entry, policy: Policy): Choice | "ask" {
  const [shown] = conflictOf(entry);
  if (entry.conflict === null || shown === undefined) return "ask";
  try {
    const choice = policy(shown);
    return CHOICES.has(choice) && wayOut(entry, entry.conflict, choice as Choice) !== null ? choice : "ask";
  } catch {
    return "ask";
  }
}

/** What a choice comes to: a copy is the own side under a new id. Null where there can be no copy. */
function wayOut({ type, server }: Entry, { mine, theirs }: Disagreement, choice: Choice): "mine" | "theirs" | "copy" | null {
  const gone = theirs.record === null || server?.record === null;
  if (choice === "theirs" || (mine.op !== "upsert" && (choice === "both" || gone))) return "theirs";
  if (choice === "mine" && !gone) return "mine";
  return isOneOfAKind(type) ? null : "copy";
}

/** What a decision leads to: the id under which the app's own side lives on, null if it doesn't; and what is to be told. */
export interface Decision {
  readonly id: string | null;
  readonly events: SyncEvent[];
}

const NOWHERE: Decision = { id: null, events: [] };

export async function decide(rows: Rows, entry: Entry, choice: Choice, makeId: () => string): Promise<Decision> {
  const { conflict, type, id } = entry;
  if (conflict === null) return NOWHERE;
  const left: Entry = { ...entry, conflict: null };
  const { mine } = conflict;
  const way = wayOut(entry, conflict, choice);
  if (way === null) throw new Error(`There is only one ${type} of its kind: take "mine" or "theirs".`);
  if (way === "theirs") {
    await rows.save(left);
    return NOWHERE;
  }
  if (way === "mine") {
    const decided = mineOnTop(entry, conflict, await nextPlace(rows));
    await rows.save(decided.entry);
    return { id, events: givingUp(entry, decided) };
  }
  const copyId = makeId();
  await rows.save(left);
  await rows.save(
    written(newEntry(type, copyId), asNew(mine.op === "upsert" ? mine.record : {}), await nextPlace(rows)),
  );
  return { id: copyId, events: [] };
}

/** Content for a record of its own: an origin with an external id belongs to the first one. */
function asNew(record: Content): Content {
  const { origin, ...rest } = record as { origin?: Content | null };
  if (origin === undefined || origin === null) return record;
  const { external_id: _, ...source } = origin;
  return { ...rest, origin: source };
}

/** The next place of the queue. */
export async function nextPlace(rows: Rows): Promise<number> {
  const state = await rows.state();
  if (state === null) throw new Error("The store has not been opened.");
  await rows.setState({ ...state, nextPlace: state.nextPlace + 1 });
  return state.nextPlace;
}
