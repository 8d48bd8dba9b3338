// The search of docs/api/catalogue.md, without a server.
import { fold, tellingWords, wordsOf } from "./folding.js";
import { mark, Vocabulary, type Matches } from "./vocabulary.js";

const MAX_WORDS = 8;
const MAX_LETTERS = 40;
const SYNONYM = 0.97;
const OTHER_LANGUAGE = 0.85;
const LEFT_OVER = 0.25;
const WORD_MISSING = 0.75;
const ACROSS_TERMS = 0.8;
const STARTS = 0.02;
/** Scores are compared in ten-thousandths, so that additions in another order come to the same. */
const WHOLE = 10_000;
const COMMON = 400;
const LEAST = 4000;

/** What the search needs of an entry, as it is downloaded. */
export interface Searchable {
  readonly code: string;
  readonly terms: readonly string[];
  readonly common?: boolean;
  readonly retired?: boolean;
}

/** `score` in whole ten-thousandths. */
export interface Hit {
  readonly code: string;
  readonly score: number;
}

export interface SearchOptions {
  /** At most so many answers: 20 if not given. */
  readonly limit?: number;
  /** By code: what is added for habits and stars (`habitBonus`). */
  readonly used?: ReadonlyMap<string, number>;
}

interface Term {
  readonly entry: number;
  readonly weight: number;
  /** How many words a query should name. */
  readonly length: number;
  readonly first: string;
}

/** One list in one language. Make it anew when the list has changed. */
export class CatalogueSearch {
  private readonly entries: readonly Searchable[];
  private readonly terms: Term[] = [];
  private readonly words = new Vocabulary();
  private readonly joined = new Vocabulary();

  /** `english`: the same list in English, for a search in another language. */
  constructor(
    entries: Iterable<Searchable>,
    private readonly language: string,
    english: Iterable<Searchable> = [],
  ) {
    this.entries = [...entries].filter((entry) => entry.retired !== true).sort(inOrder);
    const others = new Map(language === "en" ? [] : [...english].map((entry) => [entry.code, entry.terms]));
    this.entries.forEach((entry, number) => {
      entry.terms.forEach((term, position) => this.addTerm(term, number, position > 0 ? SYNONYM : 1));
      for (const term of others.get(entry.code) ?? []) this.addTerm(term, number, OTHER_LANGUAGE);
    });
  }

  /** The best entries, best first. */
  search(query: string, { limit = 20, used }: SearchOptions = {}): Hit[] {
    const different = new Set(wordsOf(fold(query)).map((word) => word.slice(0, MAX_LETTERS)));
    const words = tellingWords([...different].slice(0, MAX_WORDS), this.language);
    if (words.length === 0) return [];
    const matched = this.matches(words);
    let found = this.worths(words, matched, 0).filter(([, worth]) => worth >= LEAST);
    if (found.length === 0 && words.length > 1) {
      found = this.worths(words, matched, 1).filter(([, worth]) => worth >= LEAST / 2);
    }
    const scored = found.map(([number, worth]) => {
      const { code, common } = this.entries[number] as Searchable;
      return { number, code, score: worth + (common === true ? COMMON : 0) + whole(used?.get(code) ?? 0) };
    });
    scored.sort((one, other) => other.score - one.score || one.number - other.number);
    return scored.slice(0, limit).map(({ code, score }) => ({ code, score }));
  }

  private addTerm(term: string, entry: number, weight: number): void {
    const words = wordsOf(term);
    const [first] = words;
    if (first === undefined) return;
    const number = this.terms.push({ entry, weight, length: tellingWords(words, this.language).length, first }) - 1;
    words.forEach((word, at) => {
      this.words.add(word, number);
      if (at > 0) this.joined.add(`${words[at - 1]}${word}`, number);
    });
  }

  /** For each word of the query, how well terms have it. */
  private matches(asked: readonly string[]): Matches[] {
    const matched = asked.map((word) => {
      const matches: Matches = new Map();
      this.words.match(word, matches);
      this.joined.matchJoined(word, matches);
      return matches;
    });
    asked.slice(1).forEach((right, at) => {
      const joined: Matches = new Map();
      this.words.matchJoined(`${asked[at]}${right}`, joined);
      for (const [term, worth] of joined) {
        for (const matches of matched.slice(at, at + 2)) mark(matches, [term], worth);
      }
    });
    return matched;
  }

  /** What entries are worth, in ten-thousandths, by their numbers. */
  private worths(asked: readonly string[], matched: readonly Matches[], missing: number): [number, number][] {
    const best = new Map<number, number>();
    const first = asked[0] as string;
    for (const number of new Set(matched.flatMap((matches) => [...matches.keys()]))) {
      const term = this.terms[number] as Term;
      const each = matched.flatMap((matches) => matches.get(number) ?? []);
      if (each.length < asked.length - missing) continue;
      const leftOver = 1 - Math.min(each.length / term.length, 1);
      let worth = (sum(each) / asked.length) * (1 - LEFT_OVER * leftOver) * term.weight;
      if (each.length < asked.length) worth *= WORD_MISSING;
      if (term.first.startsWith(first)) worth += STARTS;
      mark(best, [term.entry], worth);
    }
    if (asked.length > 1) this.addAcrossTerms(matched, best);
    return [...best].map(([entry, worth]) => [entry, whole(worth)]);
  }

  /** An entry can have one word in one term, and the next in another. */
  private addAcrossTerms(matched: readonly Matches[], best: Map<number, number>): void {
    const byWord = matched.map((matches) => {
      const entries: Matches = new Map();
      for (const [number, worth] of matches) mark(entries, [(this.terms[number] as Term).entry], worth);
      return entries;
    });
    for (const entry of byWord[0]?.keys() ?? []) {
      const each = byWord.flatMap((entries) => entries.get(entry) ?? []);
      if (each.length === matched.length) mark(best, [entry], (sum(each) / matched.length) * ACROSS_TERMS);
    }
  }
}

/** What habits add: `daysAgo` has each log of the last 60 days (of the 300 newest of its kind), today's is 0. */
export function habitBonus(daysAgo: readonly number[], starred = false): number {
  const habit = sum(daysAgo.filter((days) => days < 60).map((days) => 0.5 ** (days / 14)));
  return (0.2 * habit) / (1 + habit) + (starred ? 0.1 : 0);
}

/** Between equals, the common and the shorter named come first. */
function inOrder(one: Searchable, other: Searchable): number {
  const common = Number(other.common === true) - Number(one.common === true);
  const shorter = (one.terms[0] ?? "").length - (other.terms[0] ?? "").length;
  return common || shorter || (one.code < other.code ? -1 : 1);
}

/** What is half of one is rounded up, whatever order it was added up in. */
function whole(worth: number): number {
  return Math.floor(worth * WHOLE + 0.500001);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
