// How many slips of a finger lie between two words.

/** Letters more, less, other, or two neighbours swapped; `limit` + 1 for whatever is more than that. */
export function slipsBetween(one: string, other: string, limit: number): number {
  if (Math.abs(one.length - other.length) > limit) return limit + 1;
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const next = [row];
    let least = row;
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1];
      let slips = Math.min(at(last, column) + 1, at(next, column - 1) + 1, at(last, column - 1) + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      if (swapped) slips = Math.min(slips, at(before, column - 2) + 1);
      next.push(slips);
      least = Math.min(least, slips);
    }
    if (least > limit) return limit + 1;
    [before, last] = [last, next];
  }
  return Math.min(at(last, other.length), limit + 1);
}

function at(row: readonly number[], index: number): number {
  return row[index] as number;
}
