import { parseRetryAfter } from './retry-after.ts';

/** A fault at one place of the input: an RFC 6901 pointer into the body, or the name of a header or query parameter. */
export interface InputFault {
  readonly pointer: string;
  readonly detail: string;
}

export interface ErrorDetails {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly errors?: readonly InputFault[];
  readonly requestId?: string | null;
  readonly retryAfterMs?: number | null;
  readonly cause?: unknown;
}

/** What the service answered instead of what was asked for, or that it didn't answer. */
export class TicklessError extends Error {
  override readonly name = 'TicklessError';
  /** Stable; `unreachable` when no answer came, `unexpected_answer` when it wasn't the service's. */
  readonly code: string;
  /** The HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly errors: readonly InputFault[];
  /** Names the request in the service's log. */
  readonly requestId: string | null;
  /** When it may be worth another try. After `unreachable` the outcome is unknown: send it again with the same id. */
  readonly retryAfterMs: number | null;

  constructor({ code, status, message, errors = [], requestId = null, retryAfterMs = null, cause }: ErrorDetails) {
    super(message, { cause });
    this.code = code;
    this.status = status;
    this.errors = errors;
    this.requestId = requestId;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Reads the problem document (RFC 9457) of an answer that isn't a success. */
export async function toTicklessError(response: Response): Promise<TicklessError> {
  const text = await response.text().catch(() => '');
  const { status } = response;
  const common = {
    status,
    requestId: response.headers.get('x-request-id'),
    retryAfterMs: parseRetryAfter(response.headers.get('retry-after'), Date.now()),
  };
  const problem = parseProblem(text);
  if (problem === null) return new TicklessError({ ...common, code: 'unexpected_answer', message: `the server answered ${status}` });
  return new TicklessError({ ...common, code: problem.code, message: problem.detail ?? problem.code, errors: problem.errors ?? [] });
}

interface Problem {
  readonly code: string;
  readonly detail?: string;
  readonly errors?: readonly InputFault[];
}

function parseProblem(text: string): Problem | null {
  try {
    const value: unknown = JSON.parse(text);
    return isProblem(value) ? value : null;
  } catch {
    return null;
  }
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string';
}
