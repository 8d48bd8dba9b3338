// A store that forgets everything with the process: for tests, and to try things out.
import { dueAt, type Entry } from "./entries.js";
import { indexed, Turns, type Indexed, type Query, type Rows, type State, type Store } from "./store.js";

interface Row {
  readonly entry: Entry;
  readonly index: Indexed;
}

export class MemoryStore implements Store {
  private readonly rows = new Map<string, Row>();
  private kept: State | null = null;
  private readonly turns = new Turns();

  transaction<Result>(work: (rows: Rows) => Promise<Result>): Promise<Result> {
    return this.turns.take(async () => {
      const before = new Map<string, Row | undefined>();
      const stateBefore = this.kept;
      try {
        return await work(this.recording(before));
      } catch (error) {
        this.kept = stateBefore;
        for (const [key, row] of before) this.put(key, row);
        throw error;
      }
    });
  }

  private recording(before: Map<string, Row | undefined>): Rows {
    const change = (key: string, row: Row | undefined): void => {
      if (!before.has(key)) before.set(key, this.rows.get(key));
      this.put(key, row);
    };
    return {
      state: async () => this.kept,
      setState: async (state) => {
        this.kept = state;
      },
      entry: async (type, id) => this.rows.get(keyOf(type, id))?.entry ?? null,
      save: async (entry) => change(keyOf(entry.type, entry.id), { entry, index: indexed(entry) }),
      erase: async (type, id) => change(keyOf(type, id), undefined),
      find: async (query) => this.find(query),
    };
  }

  private put(key: string, row: Row | undefined): void {
    if (row === undefined) this.rows.delete(key);
    else this.rows.set(key, row);
  }

  private find(query: Query): Entry[] {
    const found = [...this.rows.values()].filter((row) => fits(row, query));
    if (query.by === "ready" || query.by === "waiting") {
      found.sort((a, b) => (a.index.stage ?? 0) - (b.index.stage ?? 0) || a.index.queued - b.index.queued);
    }
    const entries = found.map((row) => row.entry);
    return query.by === "ready" ? entries.slice(0, query.limit) : entries;
  }
}

function keyOf(type: string, id: string): string {
  return `${type} ${id}`;
}

function fits({ entry, index }: Row, query: Query): boolean {
  switch (query.by) {
    case "type":
      return entry.type === query.type;
    case "origin":
      return index.origin === query.origin;
    case "ready":
      return index.stage !== null && dueAt(index.notBefore, query.now) <= query.now;
    case "waiting":
      return index.stage !== null;
    case "refused":
      return index.refused;
    case "conflict":
      return index.conflict;
    case "swept":
      return index.swept !== null && index.swept < query.before;
    case "all":
      return true;
  }
}
