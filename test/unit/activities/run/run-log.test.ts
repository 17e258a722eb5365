import { expect, it, vi } from 'vitest';
import { logFailure, logLine } from '../../../../activities/run/run-log.ts';
import { traceOf } from '../../../../handlers/stage-failure.ts';
import { acceptedEvent } from '../../domain/event-samples.ts';

const URL = 'https://me:SECRET@shop.test/?key=SECRET';
const trace = traceOf(new Error('fetch failed', { cause: new Error(`connect ECONNREFUSED, for ${URL}`) }));
const failure = { error: { code: 'handler_failed', message: 'fetch failed: connect ECONNREFUSED', stage: 'action', retryable: true } };
const failed = { kind: 'failed', index: 0, attempt: 2, failure, trace } as const;

function createLog(hasStacks?: boolean) {
  return { info: vi.fn(), warn: vi.fn(), error: vi.fn(), ...(hasStacks !== undefined && { hasStacks }) };
}

it('says of an attempt that has failed whose it was, which, and why', () => {
  const log = createLog();

  logFailure(log, acceptedEvent({ run: 3, requestId: 'r-1' }), failed);

  expect(log.warn).toHaveBeenCalledExactlyOnceWith('attempt 2 of "action" failed: fetch failed: connect ECONNREFUSED', {
    event: 'order-1',
    type: 'sample',
    tier: 'normal',
    tenant: 'default',
    run: 3,
    requestId: 'r-1',
    stage: 'action',
    attempt: 2,
    code: 'handler_failed',
    retryable: true,
  });
});

it('has the stacks of all causes where they are asked for, without what URLs keep secret', () => {
  const log = createLog(true);

  logFailure(log, acceptedEvent(), failed);

  const [[, fields]] = log.warn.mock.calls as [[string, { readonly stack: string }]];
  expect(fields.stack).toMatch(/^Error: fetch failed\n[^]*\ncaused by Error: connect ECONNREFUSED, for https:\/\/shop\.test\/\?…\n/);
  expect(fields.stack).not.toContain('SECRET');
});

it('names the event where it is told of a handler’s own run', () => {
  const log = createLog();

  logLine(log, acceptedEvent({ id: 'order-1~on.tell', handlerOf: { id: 'order-1', name: 'tell' } }), {
    kind: 'log',
    index: 0,
    level: 'info',
    message: 'told',
    fields: undefined,
  });

  expect(log.info).toHaveBeenCalledExactlyOnceWith('told', { event: 'order-1', type: 'sample', tier: 'normal', tenant: 'default' });
});
