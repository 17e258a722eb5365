import { PermanentError } from './handler-errors.ts';

/** An event that no other has caused is 0 deep, its follow-ups are 1 deep. */
export const MAX_FOLLOW_UP_DEPTH = 16;

/**
 * The types from the first event of a tree to one of `type`, which comes after those of `chain`.
 * @throws PermanentError `cycle` where its follow-ups would be too deep
 */
export function chainThrough(type: string, chain: readonly string[] = []): readonly string[] {
  const through = [...chain, type];
  if (through.length <= MAX_FOLLOW_UP_DEPTH) return through;
  throw new PermanentError('cycle', `more than ${MAX_FOLLOW_UP_DEPTH} events of a chain: ${through.join(' → ')}`);
}
