/** A value that the rules of the Life domain forbid (life.md, sections 3 and 4): always a fault of the caller. */
export class LifeError extends Error {
  readonly code: LifeErrorCode;

  constructor(code: LifeErrorCode, message: string) {
    super(message);
    this.name = 'LifeError';
    this.code = code;
  }
}

export type LifeErrorCode = 'state_out_of_bounds' | 'significance_out_of_bounds';
