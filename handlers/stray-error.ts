import { valueText } from './value-text.ts';

/** A handler left an error behind that nobody could catch. */
export class StrayError extends Error {
  override readonly name = 'StrayError';

  constructor(cause: unknown) {
    super(`an error that nobody caught: ${cause instanceof Error ? cause.message : valueText(cause)}`, { cause });
  }
}
