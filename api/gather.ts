import { MAX_CHUNK } from '../domain/chunk.ts';
import type { InLine } from '../domain/shedding.ts';
import { nextInLine } from '../domain/shedding.ts';

/** The first ones, as many as a chunk or a subject's turn may have; at least one. */
export function firstThatFit<One>(inOrder: readonly One[], bytesOf: (one: One) => number): readonly One[] {
  let bytes = 0;
  const beyond = inOrder.findIndex((one) => (bytes += bytesOf(one)) > MAX_CHUNK.bytes);
  return inOrder.slice(0, Math.max(1, Math.min(MAX_CHUNK.events, beyond < 0 ? inOrder.length : beyond)));
}

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
