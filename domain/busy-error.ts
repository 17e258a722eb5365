/** Nobody had time for it, and nothing of it has begun: it may be asked for again. */
export class BusyError extends Error {
  override readonly name = 'BusyError';
}
