// What an app uses: records that are there at once, and `sync()`, which brings them and the server's together.
import { decide, decideByPolicy, nextPlace, type Policy } from "./decisions.js";
import { isWaiting, keyOfOrigin, newEntry, ORIGIN, originKey, removed, shown, written, type Entry } from "./entries.js";
import type { Listener, SyncEvent } from "./events.js";
import {
  conflictOf,
  keptOf,
  refusedOf,
  waitingOf,
  type Conflict,
  type Kept,
  type Refused,
  type Waiting,
} from "./kept.js";
import type { Choice } from "./outcomes.js";
import { newId, platformWith, type Platform } from "./platform.js";
import { canonicalId, isOneOfAKind, isWritten } from "./records.js";
import type { Content, DeletableType, ReadableType, Written, WrittenType } from "./records.js";
import { PATIENCE, type Patience } from "./requests.js";
import { withoutCursor } from "./restoring.js";
import { WrongAccount } from "./stops.js";
import type { Rows, State, Store } from "./store.js";
import { Synchronisation, type SyncResult } from "./synchronisation.js";
import { MAX_CHANGES } from "./wire.js";

export interface Options {
  /** Scheme, host and port: `https://engram.example.org`. */
  readonly server: string;
  /** The `id` of `GET /v1/me`. A store belongs to one account for ever. */
  readonly account: string;
  /** The token of this device, asked for before each request. */
  readonly token: () => string | Promise<string>;
  readonly store: Store;
  /** Only these types are pulled, everything if not given. What is written of others stays as it was acknowledged. */
  readonly types?: readonly ReadableType[];
  /** Without one every conflict waits in `conflicts()`. */
  readonly policy?: Policy;
  readonly patience?: Partial<Patience>;
  /** Changes on a page of a pull. */
  readonly pageSize?: number;
  /** What is not to be taken from globalThis. */
  readonly platform?: Partial<Platform>;
}

export class SyncClient {
  private readonly listeners = new Set<Listener>();
  private readonly synchronisation: Synchronisation;
  private readonly makeId: () => string;

  private constructor(private readonly options: Options) {
    const platform = platformWith(options.platform ?? {});
    const policy = options.policy ?? (() => "ask");
    this.makeId = () => newId(platform);
    this.synchronisation = new Synchronisation({
      ...options,
      platform,
      patience: { ...PATIENCE, ...options.patience },
      pageSize: options.pageSize ?? MAX_CHANGES,
      arbiter: (rows, entry) => decideByPolicy(rows, entry, policy, this.makeId),
      emit: (events) => this.emit(events),
    });
  }

  /** Raises `WrongAccount` if the store holds another account's records, and for an account that is no UUID. */
  static async open(options: Options): Promise<SyncClient> {
    const { store } = options;
    const account = canonicalId(options.account);
    const types = [...(options.types ?? [])].sort().join(",");
    await store.transaction(async (rows) => {
      const state = await rows.state();
      if (state === null) await rows.setState(firstState(account, types));
      else if (state.account !== account) throw new WrongAccount("This store holds the records of another account.");
      else if (state.types !== types) await rows.setState({ ...withoutCursor(state), types });
    });
    return new SyncClient({ ...options, account });
  }

  /** Creates or replaces a record, whole. Raises `RecordDeleted` for an id that was deleted, and for one that is no UUID with
   * hyphens. */
  put<Type extends WrittenType>(type: Type, id: string, record: Written[Type]): Promise<void> {
    return this.options.store.transaction(async (rows) => {
      if (!isWritten(type)) throw new Error(`${type as string} can't be written.`);
      const uid = canonicalId(id);
      const entry = (await rows.entry(type, uid)) ?? newEntry(type, uid);
      await rows.save(written(entry, contentOf(record, uid), await nextPlace(rows)));
    });
  }

  remove(type: DeletableType, id: string): Promise<void> {
    return this.options.store.transaction(async (rows) => {
      if (!isWritten(type) || isOneOfAKind(type)) throw new Error(`${type as string} can't be deleted.`);
      const uid = canonicalId(id);
      const left = removed((await rows.entry(type, uid)) ?? newEntry(type, uid), await nextPlace(rows));
      await (left === null ? rows.erase(type, uid) : rows.save(left));
    });
  }

  /** Deletes what came from there under that id, here and wherever else it has got to. */
  removeByOrigin(platform: string, externalId: string): Promise<void> {
    return this.options.store.transaction(async (rows) => {
      const external_id = wellFormed(externalId) as string;
      const origin = keyOfOrigin(platform, external_id);
      for (const entry of await rows.find({ by: "origin", origin })) {
        if (entry.server === null && entry.flight === null) await rows.erase(entry.type, entry.id);
      }
      const entry = (await rows.entry(ORIGIN, origin)) ?? newEntry(ORIGIN, origin);
      if (isWaiting(entry)) return;
      const pending = { op: "delete_by_origin", base: 0, platform, external_id } as const;
      await rows.save({ ...entry, pending, refusal: null, notBefore: 0, queued: await nextPlace(rows) });
    });
  }

  get<Type extends ReadableType>(type: Type, id: string): Promise<Kept<Type> | null> {
    return this.options.store.transaction(async (rows) => {
      const entry = await rows.entry(type, id.toLowerCase());
      return entry === null || (await isBeingRemoved(rows, entry)) ? null : keptOf<Type>(entry);
    });
  }

  list<Type extends ReadableType>(type: Type): Promise<Kept<Type>[]> {
    return this.options.store.transaction((rows) => visible<Type>(rows, { by: "type", type }));
  }

  /** The records with that origin: where an app finds what a health platform says has changed. */
  findByOrigin(platform: string, externalId: string): Promise<Kept[]> {
    const origin = keyOfOrigin(platform, wellFormed(externalId) as string);
    return this.options.store.transaction((rows) => visible(rows, { by: "origin", origin }));
  }

  /** What has not been sent or has no outcome yet, in the order in which it will be sent. */
  async pending(): Promise<Waiting[]> {
    return (await this.find({ by: "waiting" })).map(waitingOf);
  }

  /** What the server refuses as it is. `put` corrects it, `discard` gives it up. */
  async refused(): Promise<Refused[]> {
    return (await this.find({ by: "refused" })).flatMap(refusedOf);
  }

  /** Gives up what was refused; the server's copy, if there is one, is shown again. */
  discard(type: string, id: string): Promise<void> {
    return this.options.store.transaction(async (rows) => {
      // A deletion by origin has the platform's own id, as it is.
      const uid = type === ORIGIN ? id : id.toLowerCase();
      const entry = await rows.entry(type, uid);
      if (entry === null || entry.refusal === null) return;
      const empty = entry.server === null && !isWaiting(entry) && entry.conflict === null;
      await (empty ? rows.erase(type, uid) : rows.save({ ...entry, refusal: null }));
    });
  }

  async conflicts(): Promise<Conflict[]> {
    return (await this.find({ by: "conflict" })).flatMap(conflictOf);
  }

  /** Decides a conflict. Returns the id under which the app's own side lives on, null if it doesn't: a new one for `both`,
   * and for `mine` of a record that was deleted meanwhile. `mine` takes the place of what was written since, and says so. */
  async resolve(type: WrittenType, id: string, choice: Choice): Promise<string | null> {
    const decision = await this.options.store.transaction(async (rows) => {
      const entry = await rows.entry(type, id.toLowerCase());
      return entry === null ? null : decide(rows, entry, choice, this.makeId);
    });
    if (decision === null) return null;
    this.emit(decision.events);
    return decision.id;
  }

  /** Pushes until the queue is empty, then pulls until there is no more. One runs at a time; a call during one is carried out
   * after it. Raises `UnexpectedAnswer` for what is a mistake; everything else is a result. */
  sync(): Promise<SyncResult> {
    return this.synchronisation.run();
  }

  /** Returns what ends the listening. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private emit(events: readonly SyncEvent[]): void {
    for (const event of events) for (const listener of this.listeners) listener(event);
  }

  private find(query: Parameters<Rows["find"]>[0]): Promise<Entry[]> {
    return this.options.store.transaction((rows) => rows.find(query));
  }
}

function firstState(account: string, types: string): State {
  return { account, epoch: null, cursor: null, types, snapshot: 1, inSnapshot: true, nextPlace: 1 };
}

/** What will be sent, whatever the app does with its object afterwards. */
function contentOf(record: object, id: string): Content {
  const { id: given, ...content } = wellFormed(JSON.parse(JSON.stringify(record))) as { id?: unknown };
  if (given !== undefined && String(given).toLowerCase() !== id)
    throw new Error(`The record says that its id is ${given}.`);
  return content;
}

/** Text that was cut in the middle of an emoji ends with half of a pair, which no JSON may hold. */
function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.replace(/[\ud800-\udfff]/gu, "\ufffd");
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [wellFormed(name), wellFormed(one)]));
}

async function visible<Type extends ReadableType>(
  rows: Rows,
  query: Parameters<Rows["find"]>[0],
): Promise<Kept<Type>[]> {
  const kept: Kept<Type>[] = [];
  for (const entry of await rows.find(query)) {
    const one = keptOf<Type>(entry);
    if (one !== null && !(await isBeingRemoved(rows, entry))) kept.push(one);
  }
  return kept;
}

/** Is its origin to be deleted, and the server has not said yet that it is? */
async function isBeingRemoved(rows: Rows, entry: Entry): Promise<boolean> {
  const origin = originKey(shown(entry));
  const deletion = origin === null ? null : await rows.entry(ORIGIN, origin);
  return deletion !== null && isWaiting(deletion);
}
