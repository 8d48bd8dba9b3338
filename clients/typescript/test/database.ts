// SQLite for the tests: Node's own where it has one, else libsql.
import { createRequire } from "node:module";
import { prepared, SqliteStore, type PreparingDatabase } from "@engram/client/sqlite";

interface Opened extends PreparingDatabase {
  exec(sql: string): unknown;
  close(): void;
}

type Open = new (file: string) => Opened;

async function driver(): Promise<Open> {
  const own = "node:sqlite";
  try {
    return ((await import(own)) as { DatabaseSync: Open }).DatabaseSync;
  } catch {
    return createRequire(import.meta.url)("libsql") as Open;
  }
}

export async function openDatabase(file: string): Promise<{ store: SqliteStore; close: () => void }> {
  const database = new (await driver())(file);
  for (const setting of ["journal_mode = WAL", "synchronous = FULL", "busy_timeout = 5000"]) {
    database.exec(`PRAGMA ${setting}`);
  }
  return { store: await SqliteStore.open(prepared(database)), close: () => database.close() };
}
