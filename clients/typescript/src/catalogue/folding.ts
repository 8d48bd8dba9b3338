// Texts as the search compares them: docs/api/catalogue.md.

const SMALL: Readonly<Record<string, ReadonlySet<string>>> = {
  en: new Set("a an and at for in my of on or the to with".split(" ")),
  es: new Set("a al con de del el en la las lo los mi o para por sin un una y".split(" ")),
};

/** `Café con leche` is `cafe con leche`. */
export function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/ß/g, "ss")
    .replace(/ς/g, "σ")
    .replace(/['\u2019]/g, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

export function wordsOf(folded: string): string[] {
  return folded === "" ? [] : folded.split(" ");
}

/** Without small words, unless there are no others. */
export function tellingWords(words: readonly string[], language: string): readonly string[] {
  const telling = words.filter((word) => SMALL[language]?.has(word) !== true);
  return telling.length > 0 ? telling : words;
}

/** A folded word without the ending of a plural: `walnuts`, `berries` and `nueces` lose theirs. */
export function stem(word: string): string {
  if (word.length > 4 && word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  if (word.length > 5 && word.endsWith("ces")) return `${word.slice(0, -3)}z`;
  if (word.length > 4 && word.endsWith("es")) return word.slice(0, -2);
  return word.length > 3 && word.endsWith("s") ? word.slice(0, -1) : word;
}

/** Capitals are sounds that no folded word has as a letter. */
const SOUNDS: readonly (readonly [RegExp, string])[] = [
  [/ch/g, "C"],
  [/ph/g, "f"],
  [/h/g, ""],
  [/c(?=[eiy])|[zx]/g, "s"],
  [/qu(?=[ei])|ck|[cq]/g, "k"],
  [/gu(?=[ei])/g, "G"],
  [/g(?=[ei])|j/g, "J"],
  [/g/g, "G"],
  [/ll|y/g, "i"],
  [/[vw]/g, "b"],
  [/(.)\1+/g, "$1"],
];

/** A folded word as it is heard: `havas` and `abas` are the same. */
export function sound(word: string): string {
  return SOUNDS.reduce((heard, [spelled, as]) => heard.replace(spelled, as), word);
}
