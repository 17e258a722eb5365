import type { Context } from 'hono';

import { MAX_FAULTS } from '../domain/fault.ts';
import type { Fault } from '../domain/fault.ts';

const STATUS = {
  malformed: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  id_conflict: 409,
  version_conflict: 409,
  already_ended: 409,
  not_ended: 409,
  not_cancellable: 409,
  not_replayable: 409,
  precondition_failed: 412,
  too_large: 413,
  unsupported_media_type: 415,
  expectation_failed: 417,
  invalid_event: 422,
  invalid_query: 422,
  invalid_limit: 422,
  rate_limited: 429,
  mailbox_full: 429,
  unknown_type: 422,
  headers_too_large: 431,
  internal: 500,
  overloaded: 503,
  type_blocked: 503,
  engine_unavailable: 503,
} as const;

/** Those that IANA has registered; the others are told by `code`. */
const PROBLEM_TYPES: Readonly<Partial<Record<ProblemCode, string>>> = {
  overloaded: 'https://iana.org/assignments/http-problem-types#temporary-reduced-capacity',
  rate_limited: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
};

const TITLE: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  417: 'Expectation Failed',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

export type ProblemCode = keyof typeof STATUS;

/** All that a refusal may have; docs/errors.md says what each means. */
export const PROBLEM_CODES = Object.keys(STATUS) as readonly ProblemCode[];

export interface Problem {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly errors?: readonly Fault[];
  readonly headers?: Readonly<Record<string, string>>;
}

export function statusOf(code: ProblemCode): (typeof STATUS)[ProblemCode] {
  return STATUS[code];
}

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** Where a problem came up. */
export interface ProblemPlace {
  /** The path. */
  readonly instance: string;
  readonly requestId: string;
}

/** The one shape of an error's answer: RFC 9457 with our stable `code`. */
export function problemDocument({ code, detail, errors }: Problem, { instance, requestId }: ProblemPlace): string {
  const status = STATUS[code];
  const type = PROBLEM_TYPES[code] ?? 'about:blank';
  return JSON.stringify({
    type,
    title: TITLE[status],
    status,
    code,
    detail,
    instance,
    requestId,
    ...(errors && { errors: errors.slice(0, MAX_FAULTS) }),
  });
}

export function titleOf(status: number): string {
  return TITLE[status] ?? '';
}

/** Answers a request with a problem. */
export function problem(context: Context, problem: Problem): Response {
  const document = problemDocument(problem, { instance: context.req.path, requestId: context.get('requestId') });
  return context.body(document, STATUS[problem.code], { ...problem.headers, 'content-type': PROBLEM_MEDIA_TYPE });
}
