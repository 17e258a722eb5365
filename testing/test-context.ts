import type { HandlerContext } from '../domain/define-event.ts';
import type { Services } from '../domain/handler-services.ts';
import { cannotFetch } from './cannot-fetch.ts';
import { lendServices } from './lend-services.ts';
import { TEST_DATA_DIRECTORY } from './test-data-directory.ts';

export interface TestContextOptions<State> extends Partial<Omit<HandlerContext<State>, 'services'>> {
  readonly services?: Partial<Services>;
}

/**
 * What a handler is given beside its event, to call one by hand: its first attempt, without a subject, with the services that the test
 * gives, a log that nobody reads and a signal that never aborts. The options are what is to be otherwise.
 */
export function testContext<State = never>({ services = {}, ...given }: TestContextOptions<State> = {}): HandlerContext<State> {
  return {
    stage: 'action',
    attempt: 1,
    idempotencyKey: 'test-1/1/action',
    signal: new AbortController().signal,
    heartbeat: ignore,
    lastProgress: null,
    log: { info: ignore, warn: ignore, error: ignore },
    emit: ignore,
    state: null,
    fetch: cannotFetch('testContext'),
    dataDirectory: TEST_DATA_DIRECTORY,
    ...given,
    services: lendServices(services, 'testContext'),
  };
}

function ignore(): void {}
