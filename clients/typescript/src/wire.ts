// What is sent and what is answered: docs/api/sync.md.
// The document's own types, but for records: a client handles each type of record alike.
import type { components } from "./generated/engram.js";
import type { Content, ReadableType, WrittenType } from "./records.js";

type Schemas = components["schemas"];
type Documented = Schemas["SyncOutcome"];

export interface FieldError {
  readonly pointer: string;
  readonly code: string;
  readonly detail?: string;
}

/** A record as a page of a pull or a conflict shows it. */
export interface Change {
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly record?: Content;
  readonly deleted?: true;
}

export type OutcomeName = Documented["outcome"];

/** What became of one change. */
export interface Outcome extends Readonly<Omit<Documented, "type" | "current" | "removed" | "errors">> {
  readonly type?: string;
  readonly current?: Change;
  readonly removed?: readonly Change[];
  readonly errors?: readonly FieldError[];
}

export interface PushAnswer extends Readonly<Omit<Schemas["SyncPushAnswer"], "outcomes">> {
  readonly outcomes: readonly Outcome[];
}

export interface PullAnswer extends Readonly<Omit<Schemas["SyncPullAnswer"], "changes">> {
  readonly changes: readonly Change[];
}

/** Is it an answer of this server? Whoever stands in its place, a hotspot with its own page for one, answers 200 too. */
export function isPushAnswer(body: unknown): body is PushAnswer {
  const { account, epoch, outcomes } = (body ?? {}) as Partial<PushAnswer>;
  return typeof account === "string" && typeof epoch === "number" && Array.isArray(outcomes);
}

export function isPullAnswer(body: unknown): body is PullAnswer {
  const { account, epoch, changes, cursor, has_more } = (body ?? {}) as Partial<PullAnswer>;
  const page = Array.isArray(changes) && typeof cursor === "string" && typeof has_more === "boolean";
  return page && typeof account === "string" && typeof epoch === "number";
}

export type Sent =
  | (Omit<Schemas["PushedUpsert"], "record"> & { record: Content })
  | (Omit<Schemas["PushedRestore"], "record"> & { record?: Content })
  | Schemas["PushedDelete"]
  | Schemas["PushedOriginRemoval"];

type Fits<Narrow extends Wide, Wide> = Narrow;
/** Fails to compile when the document no longer describes what is read here. */
export type AsDocumented = [
  Fits<Schemas["SyncPushAnswer"], PushAnswer>,
  Fits<Schemas["SyncPullAnswer"], PullAnswer>,
  Fits<Schemas["SyncChange"]["type"], ReadableType>,
  Fits<ReadableType, Schemas["SyncChange"]["type"]>,
  Fits<Schemas["Tombstone"]["type"], WrittenType>,
  Fits<WrittenType, Schemas["Tombstone"]["type"]>,
];

export interface Problem {
  readonly code?: string;
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly reason?: string;
}

const VERSIONS_OF_AN_EPOCH = 1_000_000;

/** The epoch in which the server gave that version. */
export function epochOf(version: number): number {
  return Math.floor(version / VERSIONS_OF_AN_EPOCH);
}

export const MAX_CHANGES = 500;
export const MAX_BYTES = 2 * 1024 * 1024;

/** The length of a text in UTF-8. Not every React Native has a TextEncoder. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (unit >= 0xd800 && unit < 0xdc00) {
      bytes += 4; // with its second half
      index += 1;
    } else bytes += 3;
  }
  return bytes;
}
