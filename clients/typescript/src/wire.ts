// What is sent and what is answered: docs/api/sync.md.
import type { Content } from "./records.js";

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

export type OutcomeName = "created" | "replaced" | "duplicate" | "conflict" | "deleted" | "invalid" | "retry";

/** What became of one change. */
export interface Outcome {
  readonly outcome: OutcomeName;
  readonly type?: string;
  readonly id?: string;
  readonly version?: number;
  readonly current?: Change | null;
  readonly same_as?: string;
  readonly errors?: readonly FieldError[];
  readonly retry_after?: number;
  readonly removed?: readonly Change[];
}

export interface PushAnswer {
  readonly account: string;
  readonly epoch: number;
  readonly server_now: string;
  readonly outcomes: readonly Outcome[];
}

export interface PullAnswer {
  readonly account: string;
  readonly epoch: number;
  readonly server_now: string;
  readonly changes: readonly Change[];
  readonly cursor: string;
  readonly has_more: boolean;
  readonly cursor_expires_at?: string;
}

export interface Problem {
  readonly code?: string;
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly reason?: string;
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
