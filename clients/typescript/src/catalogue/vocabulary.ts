// The words of a list, and how well each of them matches a word that somebody typed.
import { sound, stem } from "./folding.js";
import { slipsBetween } from "./slips.js";

const EXACT = 1;
const PLURAL = 0.96;
const SOUNDS_ALIKE = 0.86;
const PREFIX_FROM = 0.78;
const PREFIX_RANGE = 0.16;
const ONE_SLIP = 0.8;
const TWO_SLIPS = 0.66;
const SLIP_IN_PREFIX = 0.68;
const OTHER_FIRST_LETTER = 0.06;
/** Letters, from which a beginning may have a slip, and be that of two words written as one. */
const LONG = 5;

/** What a term has of a word: by the number of the term. */
export type Matches = Map<number, number>;

/** Words, each with the terms that have it. */
export class Vocabulary {
  private readonly termsOf = new Map<string, number[]>();
  private readonly forms = new Map<string, { readonly stem: string; readonly sound: string }>();

  add(word: string, term: number): void {
    const terms = this.termsOf.get(word);
    if (terms === undefined) this.termsOf.set(word, [term]);
    else if (terms[terms.length - 1] !== term) terms.push(term);
  }

  /** Every rule: for the words of terms. */
  match(asked: string, matches: Matches): void {
    const [askedStem, askedSound] = [stem(asked), sound(asked)];
    for (const [word, terms] of this.termsOf) {
      let worth = word === asked ? EXACT : word.startsWith(asked) ? beginning(asked, word) : 0;
      const heard = this.formsOf(word);
      if (heard.stem === askedStem) worth = Math.max(worth, PLURAL);
      else if (heard.sound === askedSound) worth = Math.max(worth, SOUNDS_ALIKE);
      if (worth === 0) worth = slipped(asked, word);
      if (worth > 0) mark(matches, terms, worth);
    }
  }

  /** The same, or the beginning of a long one: for words that some write as one, and others as two. */
  matchJoined(asked: string, matches: Matches): void {
    if (asked.length < LONG) {
      mark(matches, this.termsOf.get(asked) ?? [], EXACT);
      return;
    }
    for (const [word, terms] of this.termsOf) {
      if (word.startsWith(asked)) mark(matches, terms, word === asked ? EXACT : beginning(asked, word));
    }
  }

  private formsOf(word: string): { readonly stem: string; readonly sound: string } {
    let forms = this.forms.get(word);
    if (forms === undefined) this.forms.set(word, (forms = { stem: stem(word), sound: sound(word) }));
    return forms;
  }
}

export function mark(matches: Matches, terms: Iterable<number>, worth: number): void {
  for (const term of terms) if (worth > (matches.get(term) ?? 0)) matches.set(term, worth);
}

function beginning(asked: string, word: string): number {
  return PREFIX_FROM + (PREFIX_RANGE * asked.length) / word.length;
}

/** No slip is worth more than the other rules are, so that it is looked for only where those say nothing. */
function slipped(asked: string, word: string): number {
  if (asked.length < 4) return 0;
  const allowed = asked.length < 7 ? 1 : 2;
  const slips = slipsBetween(asked, word, allowed);
  let worth = slips === 1 ? ONE_SLIP : slips === 2 && allowed === 2 ? TWO_SLIPS : 0;
  if (worth < SLIP_IN_PREFIX && asked.length >= LONG) {
    if (slipsBetween(asked, word.slice(0, asked.length), 1) === 1) worth = SLIP_IN_PREFIX;
  }
  return worth > 0 && asked[0] !== word[0] ? worth - OTHER_FIRST_LETTER : worth;
}
