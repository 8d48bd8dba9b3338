// The protocol of docs/api/sync.md in memory. The exchanges of clients/conformance hold it to the same answers as the real one.
import type { Change, Content, Fetch, FieldError, Outcome } from "@engram/client";

interface Row {
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly seq: number;
  readonly record: Content | null;
  readonly origin: string | null;
}

interface Account {
  seq: number;
  readonly rows: Map<string, Row>;
  readonly deletedOrigins: Set<string>;
}

interface Sent {
  readonly op: string;
  readonly type: string;
  readonly id: string;
  readonly base_version: number;
  readonly version: number;
  readonly deleted?: true;
  readonly record: Content;
  readonly platform: string;
  readonly external_id: string;
}

interface Cursor {
  readonly account: string;
  readonly types: string;
  readonly epoch: number;
  readonly life: number;
  /** Everything up to this change is in the snapshot; changes after it follow. */
  readonly after: number;
  /** The oldest change that the snapshot has brought so far; null when it is complete. */
  readonly down: number | null;
}

const ADDED = ["id", "version", "flags", "local_date", "week", "duplicate_of", "received_at"];
const TYPES = [
  "exercise_log",
  "cognitive_log",
  "diet_log",
  "day_mark",
  "week_confirmation",
  "own_food",
  "own_activity",
  "favourite",
  "meal_template",
  "goal",
  "suggestion_feedback",
];
const ONE_OF_A_KIND = ["day_mark", "week_confirmation", "suggestion_feedback"];
const VERSIONS_OF_AN_EPOCH = 1_000_000;

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export class FakeServer {
  epoch = 0;
  maxBytes = 2 * 1024 * 1024;
  readonly requests: Seen[] = [];
  /** Answers given instead of carrying requests out, first come first served. */
  readonly replies: Reply[] = [];
  /** Outcomes given instead of carrying out the change that a test picks. */
  instead: (change: Sent) => Outcome | null = () => null;
  private life = 0;
  private accounts = new Map<string, Account>();
  private readonly tokens = new Map<string, string>();

  signIn(account: string, token: string): void {
    this.tokens.set(token, account);
    this.accountOf(account);
  }

  signOut(token: string): void {
    this.tokens.delete(token);
  }

  readonly fetch: Fetch = async (url, request) => {
    const { method, body } = request;
    const path = url.replace(/^https?:\/\/[^/]+/, "");
    this.requests.push({ method, path, body });
    const reply = this.replies.shift() ?? this.carryOut(method, path, request.headers, body);
    const text = reply.body === null ? "" : JSON.stringify(reply.body);
    return { status: reply.status, headers: { get: (name) => reply.headers?.[name] ?? null }, text: async () => text };
  };

  /** What staff do, and other devices: the next version, whatever it builds on. */
  edit(account: string, type: string, id: string, record: Content | null): void {
    const before = this.accountOf(account).rows.get(`${type} ${id}`);
    this.store(account, type, id, this.nextVersion(before), record, before?.origin ?? originOf(record));
  }

  /** Everything that is kept, tombstones included. */
  rows(account: string): Row[] {
    return [...this.accountOf(account).rows.values()].sort((a, b) => (a.type + a.id < b.type + b.id ? -1 : 1));
  }

  row(account: string, type: string, id: string): Row | undefined {
    return this.accountOf(account).rows.get(`${type} ${id}`);
  }

  backup(): Map<string, Account> {
    return structuredClone(this.accounts);
  }

  restore(backup: Map<string, Account>): void {
    this.accounts = structuredClone(backup);
    this.epoch = Math.max(this.epoch + 1, 1_764_000_000);
  }

  expireCursors(): void {
    this.life += 1;
  }

  private accountOf(account: string): Account {
    let found = this.accounts.get(account);
    if (found === undefined) {
      found = { seq: 0, rows: new Map(), deletedOrigins: new Set() };
      this.accounts.set(account, found);
    }
    return found;
  }

  private carryOut(method: string, path: string, headers: Record<string, string>, body: string | undefined): Reply {
    const account = this.tokens.get((headers["Authorization"] ?? "").replace("Bearer ", ""));
    if (account === undefined) return problem(401, "not_authenticated");
    const [name, query] = path.split("?");
    if (method === "POST" && name === "/v1/sync/push") return this.push(account, body ?? "");
    if (method === "GET" && name === "/v1/sync/pull") return this.pull(account, new URLSearchParams(query));
    if (method === "DELETE" && name?.startsWith("/v1/sync/origins/")) return this.disconnect(account, name.slice(17));
    return problem(404, "not_found");
  }

  private push(account: string, text: string): Reply {
    if (Buffer.byteLength(text) > this.maxBytes) return problem(413, "too_large");
    // Half of a surrogate pair is not JSON.
    if (/\\ud[89a-f]/.test(text)) return problem(400, "malformed_json");
    const body = JSON.parse(text) as { account: string; changes: Sent[] };
    if (body.account !== account) return problem(409, "wrong_account");
    if (body.changes.length > 500) return problem(413, "too_many_changes");
    const outcomes = body.changes.map((change) => this.instead(change) ?? this.apply(account, change));
    return { status: 200, body: { account, epoch: this.epoch, server_now: new Date().toISOString(), outcomes } };
  }

  private apply(account: string, change: Sent): Outcome {
    if (change.op === "delete_by_origin") return this.deleteByOrigin(account, change);
    const { type, id } = change;
    if (!TYPES.includes(type)) return { outcome: "invalid", errors: [{ pointer: "/type", code: "unknown_choice" }] };
    if (change.op === "delete" && ONE_OF_A_KIND.includes(type)) {
      return { outcome: "invalid", type, id, errors: [{ pointer: "/op", code: "not_deletable" }] };
    }
    const errors = change.deleted === true || change.op === "delete" ? [] : errorsOf(type, id, change.record);
    if (errors.length > 0) return { outcome: "invalid", type, id, errors };
    const row = this.accountOf(account).rows.get(`${type} ${id}`);
    return change.op === "restore" ? this.takeBack(account, change, row) : this.change(account, change, row);
  }

  /** The rows of the table, in its order. */
  private change(account: string, change: Sent, row: Row | undefined): Outcome {
    const { type, id, base_version: base } = change;
    const upsert = change.op === "upsert";
    const version = row?.version ?? 0;
    const undone = base > version && base < this.floor();
    if (base > version && !undone) {
      return { outcome: "invalid", type, id, version, errors: [{ pointer: "/base_version", code: "ahead" }] };
    }
    if (row?.record === null) return { outcome: upsert ? "deleted" : "duplicate", type, id, version };
    if (row !== undefined && base < version) {
      if (upsert && same(change.record, row.record)) return { outcome: "duplicate", type, id, version };
      return { outcome: "conflict", type, id, version, current: shown(row) };
    }
    if (row === undefined && upsert) {
      const origin = originOf(change.record);
      const first = this.ofOrigin(account, type, origin);
      if (first !== undefined) {
        return { outcome: "duplicate", type, id, version: first.version, same_as: first.id, current: shown(first) };
      }
      const gone = this.goneOrigin(account, type, id, origin);
      if (gone !== null) return gone;
    }
    const next = this.nextVersion(row);
    const origin = row?.origin ?? (upsert ? originOf(change.record) : null);
    this.store(account, type, id, next, upsert ? change.record : null, origin);
    return { outcome: upsert ? (row ? "replaced" : "created") : "deleted", type, id, version: next };
  }

  private takeBack(account: string, change: Sent, row: Row | undefined): Outcome {
    const { type, id, version } = change;
    if (version >= this.floor()) {
      return { outcome: "invalid", type, id, errors: [{ pointer: "/version", code: "not_restored" }] };
    }
    const since_restore = epochOf(row?.version ?? 0) !== epochOf(version);
    if (row?.record === null) {
      if (change.deleted) return { outcome: "duplicate", type, id, version: row.version };
      return { outcome: "deleted", type, id, version: row.version, since_restore };
    }
    if (row === undefined || row.version < version) {
      const origin = change.deleted ? null : originOf(change.record);
      const first = row === undefined ? this.ofOrigin(account, type, origin) : undefined;
      if (first !== undefined) {
        return { outcome: "duplicate", type, id, version: first.version, same_as: first.id, current: shown(first) };
      }
      const gone = row === undefined ? this.goneOrigin(account, type, id, origin) : null;
      if (gone !== null) return gone;
      this.store(account, type, id, version, change.deleted ? null : change.record, row?.origin ?? origin);
      return { outcome: change.deleted ? "deleted" : row ? "replaced" : "created", type, id, version };
    }
    const agreed = !change.deleted && same(change.record, row.record);
    if (agreed) return { outcome: "duplicate", type, id, version: row.version };
    return { outcome: "conflict", type, id, version: row.version, current: shown(row), since_restore };
  }

  private deleteByOrigin(account: string, change: Sent): Outcome {
    const origin = JSON.stringify([change.platform, change.external_id]);
    const { rows, deletedOrigins } = this.accountOf(account);
    if (deletedOrigins.has(origin)) return { outcome: "duplicate" };
    deletedOrigins.add(origin);
    return {
      outcome: "deleted",
      removed: this.bury(
        account,
        [...rows.values()].filter((row) => row.origin === origin),
      ),
    };
  }

  private disconnect(account: string, platform: string): Reply {
    const { rows, deletedOrigins } = this.accountOf(account);
    const of = (origin: string | null): boolean => origin?.startsWith(`["${platform}",`) ?? false;
    const buried = this.bury(
      account,
      [...rows.values()].filter((row) => of(row.origin)),
    );
    for (const row of [...rows.values()].filter((one) => of(one.origin))) {
      rows.set(`${row.type} ${row.id}`, { ...row, origin: null });
    }
    for (const origin of [...deletedOrigins].filter(of)) deletedOrigins.delete(origin);
    return { status: 200, body: { removed: buried.length } };
  }

  private bury(account: string, rows: Row[]): Change[] {
    return rows
      .filter((row) => row.record !== null)
      .map((row) => {
        const version = this.nextVersion(row);
        this.store(account, row.type, row.id, version, null, row.origin);
        return { type: row.type, id: row.id, version };
      });
  }

  private ofOrigin(account: string, type: string, origin: string | null): Row | undefined {
    if (origin === null) return undefined;
    const rows = [...this.accountOf(account).rows.values()];
    return rows.find((row) => row.type === type && row.origin === origin && row.record !== null);
  }

  /** What becomes of a new record whose origin was deleted: under another id, or by origin. */
  private goneOrigin(account: string, type: string, id: string, origin: string | null): Outcome | null {
    const { rows, deletedOrigins } = this.accountOf(account);
    if (origin === null || !deletedOrigins.has(origin)) return null;
    const first = [...rows.values()].find((row) => row.type === type && row.origin === origin);
    if (first === undefined) return { outcome: "deleted", type, id };
    return { outcome: "deleted", type, id, version: first.version, same_as: first.id, current: shown(first) };
  }

  private store(
    account: string,
    type: string,
    id: string,
    version: number,
    record: Content | null,
    origin: string | null,
  ): void {
    const kept = this.accountOf(account);
    kept.seq += 1;
    if (record === null && origin !== null) kept.deletedOrigins.add(origin);
    kept.rows.set(`${type} ${id}`, { type, id, version, seq: kept.seq, record, origin });
  }

  private floor(): number {
    return this.epoch * VERSIONS_OF_AN_EPOCH;
  }

  private nextVersion(row: Row | undefined): number {
    return Math.max(row?.version ?? 0, this.floor()) + 1;
  }

  private pull(account: string, query: URLSearchParams): Reply {
    const types = query.get("types") ?? "";
    const limit = Number(query.get("limit") ?? 500);
    const { seq, rows } = this.accountOf(account);
    let cursor: Cursor = { account, types, epoch: this.epoch, life: this.life, after: seq, down: seq + 1 };
    const given = query.get("cursor");
    if (given !== null) {
      try {
        cursor = JSON.parse(Buffer.from(given, "base64url").toString()) as Cursor;
      } catch {
        return problem(422, "invalid");
      }
      if (cursor.account !== account || cursor.types !== types) return problem(422, "invalid");
      if (cursor.epoch !== this.epoch) return problem(410, "cursor_expired", { reason: "restored" });
      if (cursor.life !== this.life) return problem(410, "cursor_expired");
    }
    const wanted = [...rows.values()].filter((row) => types === "" || types.split(",").includes(row.type));
    const page: Row[] = [];
    if (cursor.down !== null) {
      const { after, down } = cursor;
      const rest = wanted.filter((row) => row.record !== null && row.seq <= after && row.seq < down);
      rest.sort((a, b) => b.seq - a.seq);
      page.push(...rest.slice(0, limit));
      cursor = { ...cursor, down: rest.length > page.length ? (page.at(-1) as Row).seq : null };
    } else {
      const { after } = cursor;
      const rest = wanted.filter((row) => row.seq > after).sort((a, b) => a.seq - b.seq);
      page.push(...rest.slice(0, limit));
      cursor = { ...cursor, after: page.at(-1)?.seq ?? after };
    }
    const { after } = cursor;
    const has_more = cursor.down !== null || wanted.some((row) => row.seq > after);
    return {
      status: 200,
      body: {
        account,
        epoch: this.epoch,
        server_now: new Date().toISOString(),
        changes: page.map(shown),
        cursor: Buffer.from(JSON.stringify(cursor)).toString("base64url"),
        has_more,
        cursor_expires_at: new Date(Date.now() + 90 * 86_400_000).toISOString(),
      },
    };
  }
}

function epochOf(version: number): number {
  return Math.floor(version / VERSIONS_OF_AN_EPOCH);
}

function problem(status: number, code: string, members: object = {}): Reply {
  return { status, body: { type: `urn:engram:problem:${code}`, title: code, status, code, detail: code, ...members } };
}

function shown({ type, id, version, record }: Row): Change {
  return record === null
    ? { type, id, version, deleted: true }
    : { type, id, version, record: { flags: [], note: "", ...record, id, version } };
}

function originOf(record: Content | null): string | null {
  const origin = record?.["origin"] as { platform?: string; external_id?: string } | null | undefined;
  return origin?.external_id === undefined ? null : JSON.stringify([origin.platform, origin.external_id]);
}

/** Key order and what the server adds don't count. */
function same(a: Content | null, b: Content | null): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(
          Object.entries(inner)
            .filter(([name, one]) => !ADDED.includes(name) && one !== null && one !== "")
            .sort(([left], [right]) => (left < right ? -1 : 1)),
        )
      : inner,
  );
}

/** As much of what the real server checks as the tests need. */
function errorsOf(type: string, id: string, record: Content): FieldError[] {
  const errors: FieldError[] = [];
  if ((record["id"] ?? id) !== id) errors.push({ pointer: "/record/id", code: "other_id" });
  if (type !== "exercise_log") return errors;
  if (record["activity"] === "no_such_activity") errors.push({ pointer: "/record/activity", code: "unknown_activity" });
  const duration = record["duration_seconds"];
  if (duration === undefined) errors.push({ pointer: "/record/duration_seconds", code: "required" });
  else if (typeof duration !== "number" || duration <= 0) {
    errors.push({ pointer: "/record/duration_seconds", code: "out_of_range" });
  }
  return errors;
}
