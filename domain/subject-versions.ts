import { afterFolded } from './subject.ts';
import type { Folded, SubjectSnapshot } from './subject.ts';

/**
 * What a subject was from one gathering of events to the next, the oldest first; the first one is what it began with.
 * @param folded what its workflow has recorded since then, in order
 */
export function versionsSince(begun: SubjectSnapshot, folded: readonly Folded[]): readonly SubjectSnapshot[] {
  const versions = [begun];
  let last = begun;
  for (const each of folded) {
    const next = afterFolded(last, each);
    // Of a gathering in which every event was refused nothing is left.
    if (next.version > last.version) versions.push(next);
    last = next;
  }
  return versions;
}

/** What an activity of a subject's workflow has left, if it was a gathering of events. */
export function isFolded(left: unknown): left is Folded {
  return typeof left === 'object' && left !== null && 'change' in left && 'letters' in left;
}
