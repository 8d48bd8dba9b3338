// How the rows of a store look to an app.
import { isWaiting, shown, type Edit, type Entry } from "./entries.js";
import type { Content, Readable, ReadableType } from "./records.js";
import type { FieldError } from "./wire.js";

/** A record as it is on this device. */
export interface Kept<Type extends ReadableType = ReadableType> {
  readonly type: Type;
  readonly id: string;
  /** The server's version, 0 for what it has not acknowledged. */
  readonly version: number;
  readonly record: Readable[Type];
  readonly state: "synced" | "waiting" | "refused" | "conflict";
}

/** A change that waits to be sent, or for the outcome of being sent. */
export interface Waiting {
  readonly op: Edit["op"] | "restore";
  readonly type: string | null;
  readonly id: string | null;
  readonly sent: boolean;
}

/** Content that the server refused as it is, or a deletion by origin. */
export interface Refused {
  readonly type: string;
  readonly id: string;
  readonly op: Edit["op"];
  readonly record: Content | null;
  readonly errors: readonly FieldError[];
}

/** Both sides of a conflict; null for a deletion. */
export interface Conflict {
  readonly type: string;
  readonly id: string;
  readonly mine: Content | null;
  readonly theirs: Content | null;
  readonly version: number;
}

/** Null for what is deleted here. */
export function keptOf<Type extends ReadableType>(entry: Entry): Kept<Type> | null {
  const record = shown(entry);
  if (record === null) return null;
  const state = isWaiting(entry) ? "waiting" : entry.refusal ? "refused" : entry.conflict ? "conflict" : "synced";
  const { id, server } = entry;
  return { type: entry.type as Type, id, version: server?.version ?? 0, record: record as Readable[Type], state };
}

export function waitingOf(entry: Entry): Waiting {
  const edit = entry.flight?.edit ?? entry.pending;
  const op = edit?.op ?? "restore";
  const named = op !== "delete_by_origin";
  return { op, type: named ? entry.type : null, id: named ? entry.id : null, sent: entry.flight !== null };
}

export function refusedOf({ type, id, refusal }: Entry): Refused[] {
  if (refusal === null) return [];
  return [{ type, id, op: refusal.edit.op, record: contentOf(refusal.edit), errors: refusal.errors }];
}

export function conflictOf({ type, id, conflict }: Entry): Conflict[] {
  if (conflict === null) return [];
  const { mine, theirs } = conflict;
  return [{ type, id, mine: contentOf(mine), theirs: theirs.record, version: theirs.version }];
}

function contentOf(edit: Edit): Content | null {
  return edit.op === "upsert" ? edit.record : null;
}
