/** The attempt's run isn't the one that was granted the permit: it was reset, and must ask again. */
export class PermitLostError extends Error {
  override readonly name = 'PermitLostError';

  constructor() {
    super('this run holds no permit');
  }
}
