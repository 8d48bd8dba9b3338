// What a client tells those who listen, after it is stored.
import type { Content } from "./records.js";
import type { FieldError, OutcomeName } from "./wire.js";

export type SyncEvent =
  | { readonly kind: "pushing"; readonly changes: number }
  | {
      readonly kind: "outcome";
      readonly type: string;
      readonly id: string;
      readonly outcome: OutcomeName;
      readonly version: number | null;
    }
  | { readonly kind: "pulled"; readonly changes: number; readonly hasMore: boolean }
  /** Refused as it is: somebody has to look at it. */
  | { readonly kind: "refused"; readonly type: string; readonly id: string; readonly errors: readonly FieldError[] }
  | { readonly kind: "conflict"; readonly type: string; readonly id: string }
  /** Content that is nowhere else any more: the record was deleted on another device, a later conflict took the place of what
   * an earlier one had kept aside, what had been kept aside took the place of a later edit, or a server that was restored from a
   * backup has something else meanwhile. */
  | { readonly kind: "dropped"; readonly type: string; readonly id: string; readonly record: Content }
  /** The server had this record under another id, which stays. */
  | { readonly kind: "merged"; readonly type: string; readonly id: string; readonly into: string }
  | { readonly kind: "restoring"; readonly epoch: number; readonly records: number }
  | { readonly kind: "retrying"; readonly inSeconds: number; readonly status: number | null }
  /** The token is due for renewal (docs/api.md). */
  | { readonly kind: "renew_token" };

export type Listener = (event: SyncEvent) => void;
