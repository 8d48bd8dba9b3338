// What an outcome does to an entry: the table of docs/api/sync.md, read from the device's side. Pure.
import { copyOf, isWaiting, shownByServer, type Copy, type Disagreement, type Edit, type Entry } from "./entries.js";
import { isWritten, type Content } from "./records.js";
import { epochOf, type Change, type Outcome } from "./wire.js";

const RETRY_SECONDS = 60;
const MOST_SECONDS = 86_400;
/** What the server adds to records. `week` is content of a week's confirmation, which always gives it. */
const ADDED = new Set(["id", "version", "local_date", "week", "duplicate_of", "flags", "received_at"]);

/** What an outcome leads to. */
export interface Settled {
  /** Null: nothing of it is left here. */
  readonly entry: Entry | null;
  /** Content that is given up: the record was deleted meanwhile, or something else took its place. */
  readonly dropped?: readonly Content[];
  /** The record that stays in this one's place, and what was written here in the meantime. */
  readonly merged?: { readonly into: Change; readonly behind: Edit | null };
}

/** Where something is always left. */
type Left = Settled & { readonly entry: Entry };
type Maybe<Value> = Value | null | undefined;

/** After the outcome of the change in flight. `now` is in milliseconds. */
export function settled(before: Entry, outcome: Outcome, epoch: number, now: number): Settled {
  const { flight, pending } = before;
  if (flight === null) return { entry: before };
  const entry = toTellAgain(before, flight.edit, outcome, epoch);
  switch (outcome.outcome) {
    case "created":
    case "replaced":
    case "duplicate":
      // An edit of what had been acknowledged, before a restore, is more than the same session come twice.
      if (outcome.same_as !== undefined) return mergedAway(entry, outcome, pending ?? (flight.edit.base > 0 ? flight.edit : null));
      return { entry: stored(entry, flight.edit, outcome.version ?? flight.edit.base + 1) };
    case "deleted":
      return flight.edit.op === "upsert"
        ? deletedElsewhere(entry, flight.edit, outcome)
        : { entry: stored(entry, flight.edit, outcome.version ?? flight.edit.base + 1) };
    case "conflict":
      return disputed(entry, flight.edit, outcome);
    case "invalid":
      if (pending === null) {
        const refusal = { edit: flight.edit, errors: outcome.errors ?? [] };
        return { entry: { ...entry, flight: null, refusal } };
      }
      if (pending.op === "delete" && entry.server === null && flight.edit.base === 0) return { entry: null };
      return { entry: { ...entry, flight: null, pending: based(pending, flight.edit.base) } };
    case "retry":
    default: // an outcome of a newer server: this app doesn't know what to do, and loses nothing
      return { entry: postponed(entry, later(outcome, now)) };
  }
}

/** Where the outcome tells of a version whose author may not have known the copy here, and neither did the edit, the copy is given
 * back once more: that says what becomes of it. */
function toTellAgain(entry: Entry, edit: Edit, outcome: Outcome, epoch: number): Entry {
  const unheard = outcome.same_as === undefined && isFromBetween(entry, outcome.version ?? 0, epoch);
  return unheard && entry.server && !knew(edit, entry.server) ? { ...entry, restore: true } : entry;
}

/** Never at once, nor so late that it counts as at once: that would be a loop. */
function later(outcome: Outcome, now: number): number {
  return now + Math.min(Math.max(1, outcome.retry_after ?? RETRY_SECONDS), MOST_SECONDS) * 1000;
}

/** What was waiting behind a change in flight builds on its outcome. */
function based(pending: Edit | null, version: number): Edit | null {
  if (pending === null || pending.op === "delete_by_origin") return pending;
  return { ...pending, base: version };
}

function stored(entry: Entry, edit: Edit, version: number): Entry {
  const copy: Copy = { version, record: edit.op === "upsert" ? edit.record : null };
  // The same version may have been pulled already, with what the server adds.
  const known = entry.server !== null && entry.server.version >= version;
  const pending = copy.record === null ? null : based(entry.pending, version);
  if (holdsLater(entry, edit)) return { ...entry, flight: null, pending };
  return { ...(known ? entry : shownByServer(entry, copy)), flight: null, pending, restore: false };
}

/** Is there a later copy to be given back, that this edit was made without? Its own outcome says what becomes of it. */
function holdsLater({ restore, server }: Entry, edit: Edit): boolean {
  return restore && server !== null && !knew(edit, server);
}

/** Was it made on top of that copy? A base of a later epoch is where the outcome of another edit has put it, or a decision. */
function knew(edit: Edit, copy: Copy): boolean {
  return edit.base >= copy.version && epochOf(edit.base) === epochOf(copy.version);
}

function deletedElsewhere(entry: Entry, edit: Edit, outcome: Outcome): Settled {
  // With `same_as` the tombstone is another id's; the server has never heard of this one.
  const version = outcome.same_as === undefined ? (outcome.version ?? 0) : 0;
  const theirs: Copy = { version: Math.max(version, entry.server?.version ?? 0), record: null };
  const restore = holdsLater(entry, edit);
  const conflict = entry.conflict && { ...entry.conflict, theirs };
  const server = restore ? entry.server : theirs;
  return {
    entry: { ...entry, server, flight: null, pending: null, conflict, restore },
    ...givenUp([entry.pending ?? edit], []),
  };
}

/** The app's own side is kept apart, the server's is shown; none of it if both say the same. */
function disputed(entry: Entry, edit: Edit, outcome: Outcome): Settled {
  const theirs = theirCopy(outcome);
  const mine = entry.pending ?? edit;
  const restore = holdsLater(entry, edit);
  const server = entry.server !== null && (restore || entry.server.version > theirs.version) ? entry.server : theirs;
  const left: Entry = { ...entry, server, flight: null, pending: null, restore };
  return agrees(mine, theirs) ? { entry: left } : inConflict(left, { mine, theirs });
}

/** The own side of an earlier conflict gives way to a later one, and that is said. */
function inConflict(entry: Entry, conflict: Disagreement): Left {
  return { entry: { ...entry, conflict }, ...givenUp([entry.conflict?.mine], [conflict.mine]) };
}

/** What edits said that give way to others, if none of those says the same. */
function givenUp(before: readonly Maybe<Edit>[], instead: readonly Maybe<Edit>[]): Pick<Settled, "dropped"> {
  const dropped: Content[] = [];
  for (const edit of before) {
    if (edit?.op !== "upsert") continue;
    const copy: Copy = { version: 0, record: edit.record };
    if (!instead.some((other) => other && agrees(other, copy))) dropped.push(edit.record);
  }
  return dropped.length > 0 ? { dropped } : {};
}

function theirCopy(outcome: Outcome): Copy {
  return outcome.current ? copyOf(outcome.current) : { version: outcome.version ?? 0, record: null };
}

/** The record is given up for another one, which takes `behind` in. What else was written of it is reported. */
function mergedAway(entry: Entry, { current, same_as }: Outcome, behind: Edit | null): Settled {
  const own = entry.flight?.edit ?? entry.pending;
  const copy = entry.server && !(own && knew(own, entry.server)) ? editOf(entry.server) : null;
  const before = [entry.conflict?.mine, entry.refusal?.edit, copy];
  if (current === undefined || same_as === undefined) return { entry: null, ...givenUp([...before, behind], []) };
  const into = { ...current, id: same_as };
  return { entry: null, merged: { into, behind }, ...givenUp(before, [behind, editOf(copyOf(into))]) };
}

/** The record that stays, after another one of the same origin was given up for it. An edit of that one is nobody's yet. A copy
 * that is to be given back itself stays until then. */
export function absorbed(target: Entry, into: Change, behind: Edit | null, epoch: number): Left {
  const theirs = copyOf(into);
  const shown = target.restore ? { entry: target } : pulled(target, theirs, epoch);
  if (behind === null || behind.op === "delete_by_origin" || agrees(behind, theirs)) return shown;
  const { entry, dropped = [] } = inConflict(shown.entry, { mine: behind, theirs });
  return { entry, dropped: [...(shown.dropped ?? []), ...dropped] };
}

/** Nothing was stored this time. Sent only once, it can still be changed; else an earlier time may have got through. */
export function postponed(entry: Entry, notBefore: number): Entry {
  const { flight } = entry;
  if (flight === null || flight.again) return { ...entry, notBefore };
  if (entry.pending === null) return { ...entry, flight: null, pending: flight.edit, notBefore };
  // What was written since replaces it, and has not been tried yet.
  return { ...entry, flight: null, pending: based(entry.pending, flight.edit.base) };
}

/** After the outcome of telling a restored server what it had acknowledged. */
export function restored(entry: Entry, outcome: Outcome, now: number): Settled {
  const server = entry.server;
  if (!entry.restore || server === null) return { entry };
  switch (outcome.outcome) {
    case "created":
    case "replaced":
    case "duplicate":
      if (outcome.same_as !== undefined) return mergedAway(entry, outcome, entry.pending ?? entry.flight?.edit ?? editOf(server));
      return { entry: { ...entry, server: { ...server, version: outcome.version ?? server.version }, restore: false } };
    case "deleted":
      // With `same_as` the tombstone is another id's, of whose author nobody knows what that one had seen.
      if (outcome.same_as !== undefined) return buried(entry, server, server.version, true);
      return buried(entry, server, outcome.version ?? server.version, outcome.since_restore === true);
    case "conflict": {
      const theirs = theirCopy(outcome);
      if (outcome.since_restore === true) return overtaken(entry, server, theirs);
      return { entry: { ...entry, server: theirs, restore: false } };
    }
    case "invalid": {
      const errors = outcome.errors ?? [];
      // Acknowledged in this epoch already: there is nothing to give back.
      if (errors.some((error) => error.code === "not_restored")) return { entry: { ...entry, restore: false } };
      const lost = server.record !== null && !isWaiting(entry) && entry.refusal === null;
      const edit: Edit | null =
        lost && server.record ? { op: "upsert", base: server.version, record: server.record } : null;
      return { entry: { ...entry, restore: false, refusal: edit ? { edit, errors } : entry.refusal } };
    }
    case "retry":
    default: // an outcome of a newer server: this app doesn't know what to do, and loses nothing
      return { entry: { ...entry, notBefore: later(outcome, now) } };
  }
}

/** After a version that the server showed. */
export function pulled(entry: Entry, shown: Copy, epoch: number): Left {
  const { server } = entry;
  if (server === null || !isFromBetween(entry, shown.version, epoch)) return { entry: shownByServer(entry, shown) };
  return shown.record === null ? buried(entry, server, shown.version, true) : overtaken(entry, server, shown);
}

/** Is it of an epoch between the copy's and the present one? Then it was given back after another restore, by somebody who may
 * not have known the copy. */
function isFromBetween({ type, server }: Entry, version: number, epoch: number): boolean {
  const its = epochOf(version);
  return isWritten(type) && server !== null && epochOf(server.version) < its && its < epoch;
}

/** The copy was deleted; if by somebody who may not have known it, what it says is reported. */
function buried(entry: Entry, copy: Copy, version: number, unseen: boolean): Left {
  const left: Entry = { ...entry, server: { version, record: null }, restore: false };
  return unseen ? { entry: left, ...copyGivenUp(entry, copy) } : { entry: left };
}

/** What a copy says that is gone from here, unless that is kept aside too or an edit of it waits. */
function copyGivenUp(entry: Entry, copy: Copy): Pick<Settled, "dropped"> {
  const own = entry.flight?.edit ?? entry.pending;
  return own && knew(own, copy) ? {} : givenUp([editOf(copy)], [own, entry.conflict?.mine, entry.refusal?.edit]);
}

/** What somebody wrote who may not have known the copy is shown beside it; the copy is only reported where something of the
 * app's own, made without it, is to be decided on already. */
function overtaken(entry: Entry, copy: Copy, theirs: Copy): Left {
  const left: Entry = { ...entry, server: theirs, restore: false };
  const mine = editOf(copy);
  const own = entry.flight?.edit ?? entry.pending;
  if (agrees(mine, theirs) || (own !== null && knew(own, copy))) return { entry: left };
  if (own === null && entry.conflict === null) return { entry: { ...left, conflict: { mine, theirs } } };
  const conflict = own === null && entry.conflict ? { ...entry.conflict, theirs } : entry.conflict;
  return { entry: { ...left, conflict }, ...copyGivenUp(entry, copy) };
}

/** What was acknowledged, as if it had been written only now. The id is that of its record, which may become another's. */
function editOf({ version, record }: Copy): Edit {
  if (record === null) return { op: "delete", base: version };
  const { id: _, ...content } = record;
  return { op: "upsert", base: version, record: content };
}

/** Do both sides say the same? Only what is certain counts; a spelling that differs is for somebody to look at. */
export function agrees(mine: Edit, theirs: Copy): boolean {
  if (mine.op !== "upsert") return theirs.record === null;
  if (theirs.record === null) return false;
  const names = new Set([...Object.keys(mine.record), ...Object.keys(theirs.record)]);
  for (const name of names) {
    const [left, right] = [mine.record[name], theirs.record[name]];
    if (!ADDED.has(name) && !equal(left, right) && !(isEmpty(left) && isEmpty(right))) return false;
  }
  return true;
}

/** What is left out, and how the server shows that. */
function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === "" ||
    value === false ||
    (Array.isArray(value) && value.length === 0)
  );
}

function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Content, b as Content];
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => equal(left[name], right[name]));
}

export type Choice = "mine" | "theirs" | "both";

/** The app's own side of a conflict on top of the version that it was shown with, in place of what was written since. */
export function mineOnTop(entry: Entry, conflict: Disagreement, place: number): Left {
  const pending = based(conflict.mine, conflict.theirs.version);
  const left = { ...entry, pending, conflict: null, refusal: null, queued: isWaiting(entry) ? entry.queued : place };
  return { entry: left, ...givenUp([entry.pending ?? entry.flight?.edit ?? entry.refusal?.edit], [conflict.mine]) };
}
