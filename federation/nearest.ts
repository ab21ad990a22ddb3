import { distance } from "fastest-levenshtein";

/** The known word that a misspelt one was most likely meant to be, or undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  return nearestFew(word, known, 1)[0];
}

/** Up to `count` known words, nearest first, that lie within a third of the word's length (at least two edits). */
export function nearestFew(word: string, known: readonly string[], count: number): string[] {
  const wanted = word.toLowerCase();
  const reach = Math.max(2, Math.floor(wanted.length / 3));
  return known
    .map((candidate) => ({ candidate, edits: editsTo(wanted, candidate.toLowerCase()) }))
    .filter(({ edits }) => edits <= reach)
    .sort((left, right) => left.edits - right.edits)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/** "Secrets User" is one step from "Key Vault Secrets User": people leave out a name's first words. */
function editsTo(wanted: string, candidate: string): number {
  const whole = distance(wanted, candidate);
  return wanted.length >= 4 && candidate.includes(wanted) ? Math.min(whole, 1) : whole;
}
