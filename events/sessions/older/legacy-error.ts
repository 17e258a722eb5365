import type { Context } from 'hono';
import { MAX_FAULTS, statusOf } from 'tickless/server';
import type { Fault, Problem } from 'tickless/server';

export interface LegacyError {
  readonly status: ReturnType<typeof statusOf> | 504;
  readonly code: string;
  readonly message: string;
  readonly details: readonly { readonly field: string; readonly message: string }[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error in the older routes' shape: never a stack, nor anything internal. */
export function legacyError(context: Context, { status, code, message, details, headers }: LegacyError): Response {
  return context.json({ status: 'error', error: { code, message, details } }, status, headers);
}

export function invalidInput(faults: readonly Fault[]): LegacyError {
  const details = faults.slice(0, MAX_FAULTS).map(({ pointer, detail }) => ({ field: fieldOf(pointer), message: detail }));
  const [first] = details;
  return {
    status: 400,
    code: 'ValidationError',
    message: first ? `${first.field || 'the body'}: ${first.message}` : 'the input is invalid',
    details,
  };
}

/** Older clients know 400 for all that is wrong with a request; what isn't its fault keeps its status. */
export function toLegacyError({ code, detail, errors, headers = {} }: Problem): LegacyError {
  if (code === 'invalid_event' && errors !== undefined) return invalidInput(errors);
  const status = statusOf(code);
  const isRequestsFault = status < 500 && status !== 413 && status !== 429;
  return { status: isRequestsFault ? 400 : status, code, message: detail, details: [], headers };
}

/** Of a synchronous route whose time is up: the work goes on. */
export function stillAtWork(address: string): LegacyError {
  return { status: 504, code: 'timeout', message: `it is still at work; GET ${address} shows it`, details: [] };
}

const FIELDS: Readonly<Record<string, string>> = { 'callback.url': 'webhook_url', id: 'event_id' };

/** The field under the name that the client gave it. */
export function fieldOf(pointer: string): string {
  const path = pointer.replace(/^\//, '').replaceAll('/', '.');
  return FIELDS[path] ?? path.replace(/^callback\.headers/, 'webhook_headers').replace(/^data\./, '');
}
