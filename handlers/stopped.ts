/**
 * Why handlers are told to stop: `cancelled`, whatever they were at is wanted no more; `shutdown`, their process ends, and
 * somebody else goes on with it.
 */
export class Stopped extends Error {
  override readonly name = 'Stopped';
  readonly reason: 'cancelled' | 'shutdown';

  constructor(reason: Stopped['reason']) {
    super(reason === 'shutdown' ? 'the process is shutting down' : 'the event was cancelled');
    this.reason = reason;
  }
}
