import type { InLine } from '../domain/shedding.ts';
import { nextInLine } from '../domain/shedding.ts';

/** Those who gather stand in line for the one of them who would be let in first, whoever comes until then. */
export function standingOf(waiting: () => readonly InLine[], now: () => number): InLine {
  const first = (): InLine => waiting()[nextInLine(waiting(), now())] ?? { tier: 'bulk', sinceMs: now() };
  return {
    get tier() {
      return first().tier;
    },
    get sinceMs() {
      return first().sinceMs;
    },
  };
}
