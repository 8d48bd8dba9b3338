// One synchronisation after the other, and how each ended.
import { Pace } from "./batches.js";
import { dueAt } from "./entries.js";
import type { SyncEvent } from "./events.js";
import type { Arbiter } from "./keeping.js";
import type { Platform } from "./platform.js";
import { pull } from "./pulling.js";
import { push } from "./pushing.js";
import { Requests, Unreachable, type Patience } from "./requests.js";
import { Unauthorized, WrongAccount } from "./stops.js";
import type { Store } from "./store.js";

export interface SyncResult {
  /**
   * `synced`: everything that could be sent was, and everything was pulled. `offline`: no answer, or "later".
   * `unauthorized`: sign in again. `wrong_account`: somebody else is signed in. `restoring`: the server, restored from a
   * backup, has not taken everything back yet. The queue is whole in each case.
   */
  readonly state: "synced" | "offline" | "unauthorized" | "wrong_account" | "restoring";
  /** Changes that got an outcome. */
  readonly pushed: number;
  /** Changes that were pulled. */
  readonly pulled: number;
  /** Changes that still wait. */
  readonly waiting: number;
  /** When to call again, in seconds, if something waits for a time. */
  readonly retryIn: number | null;
}

export interface Settings {
  readonly server: string;
  readonly account: string;
  readonly token: () => string | Promise<string>;
  readonly store: Store;
  readonly platform: Platform;
  readonly patience: Patience;
  readonly pageSize: number;
  readonly arbiter: Arbiter;
  readonly emit: (events: readonly SyncEvent[]) => void;
}

/** How often a server may be restored during one synchronisation before that is for the next one. */
const ROUNDS = 5;

export class Synchronisation {
  private running: Promise<SyncResult> | null = null;
  private next: Promise<SyncResult> | null = null;
  private readonly requests: Requests;
  private readonly pace = new Pace();
  private renewal = false;

  constructor(private readonly settings: Settings) {
    const { server, token, platform, patience, emit } = settings;
    this.requests = new Requests(
      server.replace(/\/+$/, ""),
      token,
      platform,
      patience,
      (inSeconds, status) => emit([{ kind: "retrying", inSeconds, status }]),
      (headers) => {
        this.renewal ||= headers.get("Engram-Token") === "renew";
      },
    );
  }

  run(): Promise<SyncResult> {
    if (this.running === null) {
      this.running = this.once().finally(() => {
        this.running = null;
        this.tellOfRenewal();
      });
      return this.running;
    }
    const after = (): Promise<SyncResult> => {
      this.next = null;
      return this.run();
    };
    this.next ??= this.running.then(after, after);
    return this.next;
  }

  /** Only when every answer is stored: whoever listens may throw. */
  private tellOfRenewal(): void {
    if (!this.renewal) return;
    this.renewal = false;
    this.settings.emit([{ kind: "renew_token" }]);
  }

  private async once(): Promise<SyncResult> {
    const done = { pushed: 0, pulled: 0 };
    try {
      return await this.result(await this.rounds(done), done, null);
    } catch (error) {
      if (error instanceof Unreachable) return this.result("offline", done, error.retryIn);
      if (error instanceof Unauthorized) return this.result("unauthorized", done, null);
      if (error instanceof WrongAccount) return this.result("wrong_account", done, null);
      throw error;
    }
  }

  private async rounds(done: { pushed: number; pulled: number }): Promise<SyncResult["state"]> {
    const { store, account, platform, pageSize, arbiter, emit } = this.settings;
    const { requests, pace } = this;
    for (let round = 0; round < ROUNDS; round += 1) {
      done.pushed += await push({ store, requests, account, now: platform.now, pace, arbiter, emit });
      const [first] = await store.transaction((rows) => rows.find({ by: "ready", now: Infinity, limit: 1 }));
      if (first?.restore === true) return "restoring";
      const { changes, restored } = await pull({ store, requests, account, pageSize, arbiter, emit });
      done.pulled += changes;
      if (!restored) return "synced";
    }
    return "restoring";
  }

  private async result(
    state: SyncResult["state"],
    done: { pushed: number; pulled: number },
    unreachable: number | null,
  ): Promise<SyncResult> {
    const { store, platform } = this.settings;
    const waiting = await store.transaction((rows) => rows.find({ by: "waiting" }));
    const now = platform.now();
    const next = waiting.reduce((earliest, { notBefore }) => Math.min(earliest, dueAt(notBefore, now)), Infinity);
    const retryIn = unreachable ?? (waiting.length === 0 ? null : Math.max(0, (next - now) / 1000));
    return { state, ...done, waiting: waiting.length, retryIn };
  }
}
