import type { HandlerContext } from '../domain/define-event.ts';
import type { Middleware } from '../domain/middleware.ts';

/**
 * The same middleware, given copies of event and context all of which is frozen, so that what is recorded is changed by nothing but
 * what it returns: the event is what later stages and a subject's rules see, and its state what later events see.
 */
export function frozenMiddleware(use: readonly Middleware[]): readonly Middleware[] {
  return use.map((middleware) => (event, context, next) => middleware(frozenCopy(event), frozenContext(context), next));
}

function frozenContext(context: HandlerContext): HandlerContext {
  const parts = Object.getOwnPropertyDescriptors(context);
  const state = { ...parts.state, value: frozenCopy(context.state) };
  return Object.freeze(Object.defineProperties({} as HandlerContext, { ...parts, state }));
}

/** Of what is JSON: all that a process for handlers is sent. */
function frozenCopy<Value>(value: Value): Value;
function frozenCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map((part) => frozenCopy(part)));
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([name, part]) => [name, frozenCopy(part)])));
}
