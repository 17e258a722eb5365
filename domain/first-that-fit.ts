import { MAX_CHUNK } from './chunk.ts';

/** The first ones, as many as may go together: by default as many as a chunk or a subject's turn may have. At least one. */
export function firstThatFit<One>(
  inOrder: readonly One[],
  bytesOf: (one: One) => number,
  { events, bytes }: { readonly events: number; readonly bytes: number } = MAX_CHUNK,
): readonly One[] {
  let sum = 0;
  const beyond = inOrder.findIndex((one, index) => {
    sum += bytesOf(one);
    return index > 0 && (index >= events || sum > bytes);
  });
  return beyond === -1 ? inOrder : inOrder.slice(0, beyond);
}
