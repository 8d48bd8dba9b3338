// What a device knows of one record, and what an app's writing does to it. Nothing here waits, stores or sends.
import { isWritten, type Content } from "./records.js";
import type { Change, FieldError } from "./wire.js";

export type Edit =
  | { readonly op: "upsert"; readonly base: number; readonly record: Content }
  | { readonly op: "delete"; readonly base: number }
  | { readonly op: "delete_by_origin"; readonly base: 0; readonly platform: string; readonly external_id: string };

/** The server's copy; `record` is null in a tombstone. */
export interface Copy {
  readonly version: number;
  readonly record: Content | null;
}

/** A change that was sent, exactly as it was sent, until its outcome is known. `again`: it has been sent more than once,
 * so an outcome that says "not stored" speaks of the last time only. */
export interface Flight {
  readonly edit: Edit;
  readonly json: string;
  readonly again: boolean;
}

export interface Refusal {
  readonly edit: Edit;
  readonly errors: readonly FieldError[];
}

export interface Disagreement {
  readonly mine: Edit;
  readonly theirs: Copy;
}

export interface Entry {
  readonly type: string;
  readonly id: string;
  /** What the server acknowledged or showed last; null for what it has not acknowledged yet. */
  readonly server: Copy | null;
  /** What the app wrote since, all in one. Waits for `flight` if there is one, whose outcome then gives its base. */
  readonly pending: Edit | null;
  readonly flight: Flight | null;
  readonly refusal: Refusal | null;
  readonly conflict: Disagreement | null;
  /** The server was restored from a backup, and may have forgotten `server`. */
  readonly restore: boolean;
  /** Its place in the queue. */
  readonly queued: number;
  /** Not to be sent before this time, in milliseconds: see `dueAt`. */
  readonly notBefore: number;
  /** How often in a row the server failed over it, when it was sent all by itself. */
  readonly failures?: number;
  /** The number of the snapshot that brought it last. */
  readonly seen: number;
}

/** The longest wait that there is, in milliseconds: a day, and an hour for clocks that are set. What would wait longer was put off
 * while the device's clock was far ahead. */
export const LONGEST_WAIT = 25 * 3_600_000;

/** When something that was put off may be sent, as of now. */
export function dueAt(notBefore: number, now: number): number {
  return notBefore > now + LONGEST_WAIT ? now : notBefore;
}

/** A deletion by origin waits and travels like a record of this type. */
export const ORIGIN = "@origin";

export class RecordDeleted extends Error {
  constructor(type: string, id: string) {
    super(`${type} ${id} was deleted, which is final. An undo takes a new id.`);
    this.name = "RecordDeleted";
  }
}

export function newEntry(type: string, id: string): Entry {
  return {
    type,
    id,
    server: null,
    pending: null,
    flight: null,
    refusal: null,
    conflict: null,
    restore: false,
    queued: 0,
    notBefore: 0,
    seen: 0,
  };
}

/** The version that an edit made now builds on. Behind a change in flight, that one's outcome gives another. */
function baseOf(entry: Entry): number {
  const earlier = entry.pending ?? entry.flight?.edit ?? entry.refusal?.edit;
  return earlier?.base ?? entry.server?.version ?? 0;
}

/** Is there something to say to the server? */
export function isWaiting(entry: Entry): boolean {
  return entry.pending !== null || entry.flight !== null;
}

export function isDeleted(entry: Entry): boolean {
  return entry.flight?.edit.op === "delete" || (entry.server?.record === null && !isWaiting(entry) && !entry.refusal);
}

/** The entry with the app's content on top. `place` is its place in the queue if it isn't in it yet. */
export function written(entry: Entry, record: Content, place: number): Entry {
  if (isDeleted(entry)) throw new RecordDeleted(entry.type, entry.id);
  const pending: Edit = { op: "upsert", base: baseOf(entry), record };
  return { ...entry, pending, refusal: null, notBefore: 0, queued: isWaiting(entry) ? entry.queued : place };
}

/** The entry with the app's deletion on top; null if nothing of it needs to be remembered: it was never sent. */
export function removed(entry: Entry, place: number): Entry | null {
  if (isDeleted(entry) || entry.pending?.op === "delete") return entry;
  const base = baseOf(entry);
  const neverSent = entry.flight === null && entry.server === null && base === 0;
  if (neverSent && (entry.pending !== null || entry.refusal !== null)) return null;
  const queued = isWaiting(entry) ? entry.queued : place;
  return { ...entry, pending: { op: "delete", base }, refusal: null, conflict: null, notBefore: 0, queued };
}

/** What the app sees: its own content first. A conflict's own side stands aside until somebody decides. */
export function shown(entry: Entry): Content | null {
  const edit = entry.pending ?? entry.flight?.edit ?? entry.refusal?.edit;
  if (edit === undefined) return entry.server?.record ?? null;
  return edit.op === "upsert" ? edit.record : null;
}

/** The entry with a copy that the server showed, unless a later one is here already. What the app wrote stays on top. */
export function shownByServer(entry: Entry, copy: Copy): Entry {
  if (entry.server !== null && copy.version < entry.server.version) return entry;
  return { ...entry, server: copy, restore: false };
}

export function copyOf(change: Change): Copy {
  return { version: change.version, record: change.deleted === true ? null : (change.record ?? {}) };
}

/** The entry of what a restored server may have forgotten. What it works out comes back by itself, under numbers that it may
 * have given before. */
export function toRestore(entry: Entry): Entry {
  if (entry.server === null || entry.server.version === 0) return entry;
  if (isWritten(entry.type) || entry.type === ORIGIN) return { ...entry, restore: true, notBefore: 0 };
  return { ...entry, server: { ...entry.server, version: 0 } };
}

/** Does the server have it, as far as is known here? Then a snapshot without it means that it is gone. */
export function isSweepable(entry: Entry): boolean {
  return entry.server !== null && entry.server.record !== null;
}

/** What is left of a record that a snapshot didn't bring: what the app wrote, for whatever becomes of that. */
export function swept(entry: Entry): Entry | null {
  const held = isWaiting(entry) || entry.refusal !== null || entry.conflict !== null;
  return held && entry.server !== null ? { ...entry, server: { ...entry.server, record: null } } : null;
}

/** Platform and external id in one text, null for what has none. */
export function originKey(record: Content | null): string | null {
  const origin = record?.["origin"] as { platform?: unknown; external_id?: unknown } | null | undefined;
  if (typeof origin?.platform !== "string" || typeof origin.external_id !== "string") return null;
  return keyOfOrigin(origin.platform, origin.external_id);
}

export function keyOfOrigin(platform: string, externalId: string): string {
  return JSON.stringify([platform, externalId]);
}

/** Restores first, then what was sent before, then what is new; null for what has nothing to send. */
export function stageOf(entry: Entry): number | null {
  if (entry.restore) return entry.type === ORIGIN ? 1 : 0;
  if (entry.flight !== null) return 1;
  return entry.pending !== null ? 2 : null;
}
