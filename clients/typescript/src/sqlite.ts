// A store in SQLite, over whichever driver the app has: `execute` is all that is asked of it.
import { LONGEST_WAIT, type Entry } from "./entries.js";
import { indexed, Turns, type Query, type Rows, type State, type Store } from "./store.js";

export type SqlValue = string | number | null;
export type SqlRow = Readonly<Record<string, unknown>>;

/** One connection that nothing else uses. `execute` runs one statement and returns its rows. */
export interface SqlDatabase {
  execute(sql: string, values: readonly SqlValue[]): Promise<readonly SqlRow[]>;
}

/** What `node:sqlite`, `better-sqlite3` and `libsql` have in common. */
export interface PreparingDatabase {
  prepare(sql: string): { all(...values: SqlValue[]): unknown[]; run(...values: SqlValue[]): unknown };
}

/** A driver with prepared statements, as a store wants it. */
export function prepared(database: PreparingDatabase): SqlDatabase {
  const statements = new Map<string, ReturnType<PreparingDatabase["prepare"]>>();
  return {
    async execute(sql, values) {
      let statement = statements.get(sql);
      if (statement === undefined) {
        statement = database.prepare(sql);
        statements.set(sql, statement);
      }
      if (sql.startsWith("SELECT")) return statement.all(...values) as SqlRow[];
      statement.run(...values);
      return [];
    },
  };
}

const TABLES = [
  `CREATE TABLE IF NOT EXISTS engram_entry (
    type TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    origin TEXT,
    stage INTEGER,
    queued INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    conflict INTEGER NOT NULL,
    swept INTEGER,
    PRIMARY KEY (type, id)
  ) WITHOUT ROWID`,
  "CREATE INDEX IF NOT EXISTS engram_entry_stage ON engram_entry (stage, queued) WHERE stage IS NOT NULL",
  "CREATE INDEX IF NOT EXISTS engram_entry_origin ON engram_entry (origin) WHERE origin IS NOT NULL",
  "CREATE INDEX IF NOT EXISTS engram_entry_swept ON engram_entry (swept) WHERE swept IS NOT NULL",
  "CREATE TABLE IF NOT EXISTS engram_state (one INTEGER PRIMARY KEY CHECK (one = 1), body TEXT NOT NULL)",
];

const SELECT = "SELECT body FROM engram_entry";
const READY = "stage IS NOT NULL AND (not_before <= ? OR not_before > ?)";
const IN_ORDER = "ORDER BY stage, queued";

export class SqliteStore implements Store {
  private readonly turns = new Turns();

  private constructor(private readonly database: SqlDatabase) {}

  /** Makes the tables if they aren't there. */
  static async open(database: SqlDatabase): Promise<SqliteStore> {
    const store = new SqliteStore(database);
    await store.alone(async () => {
      for (const table of TABLES) await database.execute(table, []);
    });
    return store;
  }

  transaction<Result>(work: (rows: Rows) => Promise<Result>): Promise<Result> {
    return this.alone(() => work(this.rows));
  }

  /** IMMEDIATE: two connections that both read first and then write would make one of them fail in the middle. */
  private alone<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.turns.take(async () => {
      await this.database.execute("BEGIN IMMEDIATE", []);
      try {
        const result = await work();
        await this.database.execute("COMMIT", []);
        return result;
      } catch (error) {
        // SQLite rolls back by itself after some errors, a full disk for one; what went wrong first is what counts.
        await this.database.execute("ROLLBACK", []).catch(() => undefined);
        throw error;
      }
    });
  }

  private readonly rows: Rows = {
    state: async () => {
      const [row] = await this.database.execute("SELECT body FROM engram_state", []);
      return row === undefined ? null : (JSON.parse(row["body"] as string) as State);
    },
    setState: async (state) => {
      const sql = "INSERT INTO engram_state VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET body = excluded.body";
      await this.database.execute(sql, [JSON.stringify(state)]);
    },
    entry: async (type, id) => {
      const [row] = await this.database.execute(`${SELECT} WHERE type = ? AND id = ?`, [type, id]);
      return row === undefined ? null : entryOf(row);
    },
    save: async (entry) => {
      const index = indexed(entry);
      await this.database.execute("INSERT OR REPLACE INTO engram_entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [
        entry.type,
        entry.id,
        JSON.stringify(entry),
        index.origin,
        index.stage,
        index.queued,
        index.notBefore,
        Number(index.refused),
        Number(index.conflict),
        index.swept,
      ]);
    },
    erase: async (type, id) => {
      await this.database.execute("DELETE FROM engram_entry WHERE type = ? AND id = ?", [type, id]);
    },
    find: async (query) => {
      const [sql, values] = statementOf(query);
      return (await this.database.execute(sql, values)).map(entryOf);
    },
  };
}

function entryOf(row: SqlRow): Entry {
  return JSON.parse(row["body"] as string) as Entry;
}

function statementOf(query: Query): [string, SqlValue[]] {
  switch (query.by) {
    case "type":
      return [`${SELECT} WHERE type = ?`, [query.type]];
    case "origin":
      return [`${SELECT} WHERE origin = ?`, [query.origin]];
    case "ready":
      return [`${SELECT} WHERE ${READY} ${IN_ORDER} LIMIT ?`, [query.now, query.now + LONGEST_WAIT, query.limit]];
    case "waiting":
      return [`${SELECT} WHERE stage IS NOT NULL ${IN_ORDER}`, []];
    case "refused":
      return [`${SELECT} WHERE refused = 1`, []];
    case "conflict":
      return [`${SELECT} WHERE conflict = 1`, []];
    case "swept":
      return [`${SELECT} WHERE swept < ?`, [query.before]];
    case "all":
      return [SELECT, []];
  }
}
