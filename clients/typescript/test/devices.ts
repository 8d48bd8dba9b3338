// Devices for the tests: a client each, a clock that jumps instead of waiting, and a network that can lose answers.
import { randomUUID } from "node:crypto";
import {
  MemoryStore,
  SyncClient,
  type Fetch,
  type Options,
  type Platform,
  type Store,
  type SyncEvent,
  type Written,
} from "@engram/client";
import { FakeServer } from "./fake_server.js";

export const ACCOUNT = "01a2087b-8856-701c-b7ef-90c4a8830c90";
const NEVER = 1_000_000_000;

/** Time passes only when somebody waits for it. */
export class Clock {
  now = Date.UTC(2026, 10, 24, 12);

  readonly after: Platform["after"] = (milliseconds, callback) => {
    if (milliseconds < NEVER) {
      this.now += milliseconds;
      queueMicrotask(callback);
    }
    return () => undefined;
  };
}

export interface Device {
  readonly client: SyncClient;
  readonly store: Store;
  readonly clock: Clock;
}

export async function device(
  server: FakeServer,
  options: Partial<Options> & { fetch?: Fetch; random?: () => number } = {},
): Promise<Device> {
  const { fetch = server.fetch, random = Math.random, ...given } = options;
  const account = given.account ?? ACCOUNT;
  server.signIn(account, `token of ${account}`);
  const clock = new Clock();
  const store = given.store ?? new MemoryStore();
  const client = await SyncClient.open({
    server: "https://engram.example.org",
    account,
    token: () => `token of ${account}`,
    platform: { fetch, random, now: () => clock.now, after: clock.after },
    ...given,
    patience: { timeout: NEVER, ...given.patience },
    store,
  });
  return { client, store, clock };
}

export function walk(fields: Partial<Written["exercise_log"]> = {}): Written["exercise_log"] {
  return { activity: "run", started_at: "2026-11-24T07:30:00+01:00", duration_seconds: 1800, ...fields };
}

export function id(): string {
  return randomUUID();
}

export function heard({ client }: Device): SyncEvent[] {
  const events: SyncEvent[] = [];
  client.listen((event) => events.push(event));
  return events;
}

export function kinds(events: readonly SyncEvent[], kind: SyncEvent["kind"]): SyncEvent[] {
  return events.filter((event) => event.kind === kind);
}

/** A device with a log that the server has in version 1. */
export async function withLog(
  server: FakeServer,
  options: Parameters<typeof device>[1] = {},
): Promise<Device & { uid: string }> {
  const phone = await device(server, options);
  const uid = id();
  await phone.client.put("exercise_log", uid, walk());
  await phone.client.sync();
  return { ...phone, uid };
}

/** Repeatable chance: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Requests that never arrive, and answers that don't. */
export function lossy(fetch: Fetch, random: () => number, share: number): Fetch {
  return async (url, request) => {
    if (random() < share / 2) throw new TypeError("network request failed");
    const answer = await fetch(url, request);
    if (random() < share / 2) throw new TypeError("network request failed");
    return answer;
  };
}
