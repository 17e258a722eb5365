import type { HandlerContext } from 'tickless';
import type { Tell } from './report-steps.ts';
import type { StepCache } from './step-cache.ts';

/** What the steps of one attempt share. */
export interface StepTools {
  readonly context: Pick<HandlerContext, 'fetch' | 'idempotencyKey' | 'signal'>;
  readonly cache: StepCache;
  /** A folder for what is of use to this attempt alone. */
  readonly work: string;
  readonly tell: Tell;
}
