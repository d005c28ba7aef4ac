/** Classes are shown by their label, or by number where there is none. */
export function toClassLabel(labels: readonly string[] | null, classIndex: number): string {
  return labels?.[classIndex] ?? `Class ${classIndex}`;
}

/** `Class 5: tabby`, or `Class 5` where there is no label. */
export function toClassTitle(labels: readonly string[] | null, classIndex: number): string {
  const label = labels?.[classIndex];
  return label === undefined ? `Class ${classIndex}` : `Class ${classIndex}: ${label}`;
}

/** What stands before the label; nothing where the label is the number. */
export function toClassNumber(labels: readonly string[] | null, classIndex: number): string {
  return labels?.[classIndex] === undefined ? '' : String(classIndex);
}

/**
 * Classes that match what was typed: a number finds that class first; words must all occur in the label, and whole
 * words count more than parts. Within equals, and for an empty query, the larger logit comes first.
 */
export function searchClasses(
  labels: readonly string[] | null,
  logits: ArrayLike<number>,
  query: string,
  limit: number,
): { readonly found: readonly number[]; readonly total: number } {
  const words = query.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const ranked: { classIndex: number; rank: number }[] = [];
  for (let classIndex = 0; classIndex < logits.length; classIndex++) {
    const rank = rankMatch(toClassLabel(labels, classIndex).toLowerCase(), classIndex, words);
    if (rank !== null) {
      ranked.push({ classIndex, rank });
    }
  }
  ranked.sort((a, b) => a.rank - b.rank || logits[b.classIndex] - logits[a.classIndex] || a.classIndex - b.classIndex);
  return { found: ranked.slice(0, limit).map(({ classIndex }) => classIndex), total: ranked.length };
}

/** 0: the number typed; 1: whole words; 2: beginnings of words; 3: parts of words; null: no match. */
function rankMatch(label: string, classIndex: number, words: readonly string[]): number | null {
  if (words.length === 0 || (words.length === 1 && words[0] === String(classIndex))) {
    return 0;
  }
  const labelWords = label.split(/[^\p{L}\p{N}]+/u);
  if (words.every((word) => labelWords.includes(word))) {
    return 1;
  }
  if (words.every((word) => labelWords.some((labelWord) => labelWord.startsWith(word)))) {
    return 2;
  }
  return words.every((word) => label.includes(word)) ? 3 : null;
}
