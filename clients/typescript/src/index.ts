export { SyncClient, type Options } from "./client.js";
export type { Policy } from "./decisions.js";
export {
  LONGEST_WAIT,
  RecordDeleted,
  type Copy,
  type Disagreement,
  type Edit,
  type Entry,
  type Flight,
  type Refusal,
} from "./entries.js";
export type { Listener, SyncEvent } from "./events.js";
export type { Conflict, Kept, Refused, Waiting } from "./kept.js";
export { MemoryStore } from "./memory.js";
export type { Choice } from "./outcomes.js";
export { newId, type Fetch, type FetchAnswer, type Platform } from "./platform.js";
export type { Content, DeletableType, Readable, ReadableType, Written, WrittenType } from "./records.js";
export type { Patience } from "./requests.js";
export { UnexpectedAnswer, WrongAccount } from "./stops.js";
export { indexed, Turns, type Indexed, type Query, type Rows, type State, type Store } from "./store.js";
export type { SyncResult } from "./synchronisation.js";
export type { Change, FieldError, Outcome, OutcomeName, Problem, PullAnswer, PushAnswer } from "./wire.js";
