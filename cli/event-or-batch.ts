import { TicklessError } from '../client/tickless-error.ts';

/**
 * What the first gives, which is about an event; where there is no event of that id, what the second gives, about a batch.
 * @throws TicklessError what the first says where there is neither
 */
export async function eventOrBatch<T>(ofEvent: () => Promise<T>, ofBatch: () => Promise<T>): Promise<T> {
  try {
    return await ofEvent();
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return ofBatch().catch((other: unknown) => Promise.reject(isNotFound(other) ? error : other));
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof TicklessError && error.code === 'not_found';
}
