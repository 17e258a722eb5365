import { cutText } from './cut-text.ts';
import type { EventError } from './event-error.ts';
import { handlerRunId } from './event-id.ts';
import type { EventResource } from './event-resource.ts';

/** What an event, or one of its handlers, has failed of. */
export interface EndedFailure {
  /** The stage's or handler's name; null where it has failed before or beside its stages. */
  readonly at: string | null;
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  /** By which more can be asked of a handler's run. */
  readonly event?: string;
}

/**
 * Whether it helps to run an ended event again. `as_is`: what it failed of may have passed; `when_mended`: it will fail again unless its
 * data or its handler changes; `retry_failed`: an item runs again by its batch; `with_event`: a handler by its event; `none`: a
 * subject's event has had its turn, and an item whose stages haven't failed.
 */
export const REPLAY_ADVICE = ['as_is', 'when_mended', 'retry_failed', 'with_event', 'none'] as const;

export type ReplayAdvice = (typeof REPLAY_ADVICE)[number];

export interface EndedExplanation {
  /** A clause, without a full stop. */
  readonly cause: string;
  /** A sentence on running it again; null for what is complete. */
  readonly advice: string | null;
  readonly details: { readonly failures?: readonly EndedFailure[]; readonly replay?: ReplayAdvice };
}

const MAX_MESSAGE_CHARACTERS = 300;
// Of no handler's doing, although nothing tries them again.
const PASSED: ReadonlySet<string> = new Set(['timeout', 'crashed', 'worker_lost', 'terminated', 'timed_out']);

type Ended = Pick<
  EventResource,
  'id' | 'tenant' | 'run' | 'status' | 'error' | 'attempts' | 'handlers' | 'version' | 'batchId' | 'handlerOf'
>;

/** What an ended event died of, and whether and how it can be run again. */
export function whyEnded(resource: Ended): EndedExplanation {
  const { status } = resource;
  if (status === 'completed') return { cause: 'It ended as completed', advice: null, details: {} };
  const failures = failuresOf(resource);
  const replay = adviceFor(resource);
  return {
    cause: causeOf(status, failures),
    advice: ADVICE[replay](resource),
    details: { ...(failures.length > 0 && { failures }), replay },
  };
}

function failuresOf(resource: Ended): readonly EndedFailure[] {
  const { error, attempts } = resource;
  const own = error === null ? [] : [{ at: error.stage, ...textOf(error), attempts: attempts[error.stage ?? ''] ?? 0 }];
  const ofHandlers = Object.entries(resource.handlers).flatMap(([name, handler]) =>
    handler.error === null || handler.status !== 'failed'
      ? []
      : [{ at: name, ...textOf(handler.error), attempts: handler.attempts, event: handlerRunId(resource, name) }],
  );
  return [...own, ...ofHandlers];
}

function textOf({ code, message }: EventError): Pick<EndedFailure, 'code' | 'message'> {
  return { code, message };
}

function causeOf(status: EventResource['status'], failures: readonly EndedFailure[]): string {
  const [first] = failures;
  if (first === undefined) return `It ended as ${status}`;
  const { at, code, message, attempts } = first;
  const said = cutText(message, MAX_MESSAGE_CHARACTERS).trim().replace(/\.$/, '');
  const after = attempts === 0 ? '' : ` after ${attempts === 1 ? '1 attempt' : `${attempts} attempts`}`;
  const others = failures.length === 1 ? '' : ` (and ${failures.length - 1} more of its handlers failed)`;
  const what = at === null ? 'It' : status === 'partial' ? `Its stages are complete, but its handler ${at}` : `Its ${at}`;
  return `${what} failed${after} with ${code}: ${said}${others}`;
}

function adviceFor({ status, error, handlers, version, batchId, handlerOf }: Ended): ReplayAdvice {
  if (handlerOf !== undefined) return 'with_event';
  if (version !== null) return 'none';
  if (batchId !== null) return status === 'failed' ? 'retry_failed' : 'none';
  if (status === 'cancelled') return 'as_is';
  const errors = [error, ...Object.values(handlers).map((handler) => (handler.status === 'failed' ? handler.error : null))];
  return errors.every((one) => one === null || one.retryable || PASSED.has(one.code)) ? 'as_is' : 'when_mended';
}

const ADVICE: Readonly<Record<ReplayAdvice, (resource: Ended) => string>> = {
  as_is: ({ id, status }) =>
    status === 'cancelled' ? `\`tickless replay ${id}\` runs it after all.` : `It may succeed now: \`tickless replay ${id}\`.`,
  when_mended: ({ id }) => `It would fail again as it is: mend its handler, or its data (\`--patch\`), then \`tickless replay ${id}\`.`,
  retry_failed: ({ batchId }) => `Failed items of its batch run again by \`POST /v1/batches/${batchId}/retry-failed\`.`,
  with_event: ({ handlerOf }) => `It is called again with its event: \`tickless replay ${handlerOf?.id}\`.`,
  none: ({ version }) =>
    version === null
      ? 'An item of a batch runs again only where its stages have failed; send another event.'
      : 'It has had its turn with its subject and cannot be replayed; send another event.',
};
