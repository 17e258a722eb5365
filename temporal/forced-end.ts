import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowEnd } from './history.ts';

/** How a workflow was ended that left no verdict: from outside, or by an error of ours. */
export interface ForcedEnd {
  readonly code: string;
  readonly message: string;
  readonly atMs: number;
}

/** What an end means of which only the engine knows. No code was left to run that could have said more. */
export function toForcedEnd(end: Exclude<WorkflowEnd, { kind: 'open' }>): ForcedEnd {
  const { kind, atMs } = end;
  switch (kind) {
    case 'terminated':
      return { code: kind, message: 'the workflow was terminated', atMs };
    case 'timed_out':
      return { code: kind, message: 'the workflow was ended by its time limit', atMs };
    case 'cancelled':
      return { code: kind, message: 'the workflow was cancelled', atMs };
    case 'failed': {
      const { failure } = end;
      return { code: (failure instanceof ApplicationFailure && failure.type) || 'internal', message: failure.message, atMs };
    }
    default:
      return { code: 'internal', message: 'the workflow left no record of it', atMs };
  }
}
