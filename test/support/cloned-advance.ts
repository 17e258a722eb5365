import { attemptTimes } from '../../domain/attempt-times.ts';
import { changeOf } from '../../domain/state-change.ts';
import type { Catalog } from '../../domain/catalog.ts';
import { resolveIn } from '../../domain/handler-definition.ts';
import { createAcceptFollowUps } from '../../handlers/accept-follow-ups.ts';
import { createAnswer } from '../../handlers/answer.ts';
import { createOpenEmitter } from '../../handlers/create-open-emitter.ts';
import { failureText } from '../../handlers/failure-text.ts';
import { createAdvance } from '../../handlers/advance.ts';
import type { Advance } from '../../handlers/advance.ts';
import { frozenMiddleware } from '../../handlers/frozen-middleware.ts';
import { testMiddleware } from './test-middleware.ts';
import { ACCEPT_SETTINGS } from './accept-settings.ts';
import { noServices } from './handler-services.ts';

/** Advances runs as the service does, with all that crosses the port copied, as between two processes. */
export function createClonedAdvance(
  { find, handlersOf = () => [] }: Pick<Catalog, 'find'> & Partial<Pick<Catalog, 'handlersOf'>>,
  now: () => number = Date.now,
): Advance {
  const catalog = { find, handlersOf, definitions: [], findSubject: () => undefined };
  const acceptFollowUps = createAcceptFollowUps({ catalog, answer: createAnswer(catalog), settings: ACCEPT_SETTINGS, now });
  const advance = createAdvance({
    times: attemptTimes,
    changeOf,
    resolve: resolveIn({ find, handlersOf }),
    services: noServices,
    use: frozenMiddleware(testMiddleware),
    openEmitter: createOpenEmitter(acceptFollowUps),
    now,
    monotonicMs: now,
    textOf: failureText,
  });
  return async (due, { signal, tell }) =>
    structuredClone(await advance(structuredClone(due), { signal, tell: (told) => tell(structuredClone(told)) }));
}
