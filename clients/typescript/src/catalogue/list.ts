// A list of the catalogue on a device: downloaded whole once, then brought up to date.
import type { components } from "../generated/engram.js";
import { platformWith, type Platform } from "../platform.js";
import { UnexpectedAnswer } from "../stops.js";
import type { Searchable } from "./searching.js";

type Schemas = components["schemas"];

/** The lists, as their addresses name them. */
export interface CatalogueEntries {
  readonly foods: Schemas["FoodList"]["results"][number];
  readonly "exercise-activities": Schemas["ExerciseActivityList"]["results"][number];
  readonly "cognitive-activities": Schemas["CognitiveActivityList"]["results"][number];
}

export type ListName = keyof CatalogueEntries;

/** An answer of the server; with all entries, also what an app keeps on its disk. */
export interface ListAnswer<Entry> {
  readonly version: string;
  /** These are all entries. */
  readonly complete: boolean;
  readonly results: readonly Entry[];
}

/** Documents by code, retired ones too. */
export class CatalogueList<Entry extends Searchable> {
  private version = "";
  private byCode = new Map<string, Entry>();

  /** `kept`: what `toJSON` gave. */
  constructor(kept?: ListAnswer<Entry>) {
    if (kept !== undefined) this.take(kept);
  }

  get entries(): readonly Entry[] {
    return [...this.byCode.values()];
  }

  /** What the list has; empty before the first answer. */
  get since(): string {
    return this.version;
  }

  entry(code: string): Entry | undefined {
    return this.byCode.get(code);
  }

  /** Returns whether anything has changed. */
  take({ version, complete, results }: ListAnswer<Entry>): boolean {
    if (complete) this.byCode = new Map();
    for (const entry of results) this.byCode.set(entry.code, entry);
    this.version = version;
    return complete || results.length > 0;
  }

  toJSON(): ListAnswer<Entry> {
    return { version: this.version, complete: true, results: this.entries };
  }
}

export interface Source<Name extends ListName> {
  /** Scheme, host and port: `https://engram.example.org`. */
  readonly server: string;
  readonly name: Name;
  readonly language: string;
  readonly platform?: Partial<Platform>;
}

/** Downloads a list, or what has changed in it. Returns whether anything has; rejects as `fetch` does, and with
 * `UnexpectedAnswer`, and leaves the list as it was. No sign-in is needed. */
export async function bringUpToDate<Name extends ListName>(
  list: CatalogueList<CatalogueEntries[Name]>,
  { server, name, language, platform }: Source<Name>,
): Promise<boolean> {
  const since = list.since === "" ? "" : `&since=${encodeURIComponent(list.since)}`;
  const address = `${server}/v1/catalogue/${name}?language=${encodeURIComponent(language)}${since}`;
  const answer = await platformWith(platform ?? {}).fetch(address, {
    method: "GET",
    headers: { Accept: "application/json" },
  });
  if (answer.status !== 200) throw new UnexpectedAnswer(answer.status, undefined);
  return list.take(JSON.parse(await answer.text()) as ListAnswer<CatalogueEntries[Name]>);
}
