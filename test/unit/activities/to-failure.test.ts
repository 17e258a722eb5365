import { ApplicationFailure, CancelledFailure, defaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { describe, expect, it } from 'vitest';
import { toFailure } from '../../../activities/to-failure.ts';
import { StageTimeoutError } from '../../../activities/with-timeout.ts';
import { PermanentError, RetryLaterError } from '../../../domain/handler-errors.ts';

const attempt = { stage: 'action', startedAtMs: 5, endedAtMs: 9, progress: null } as const;

function translate(error: unknown): ApplicationFailure {
  const failure = toFailure(error, attempt);
  if (!(failure instanceof ApplicationFailure)) throw new Error('not an ApplicationFailure', { cause: failure });
  return failure;
}

/** As it goes to the engine. */
function encode(error: unknown): Uint8Array {
  const failure = defaultFailureConverter.errorToFailure(translate(error), defaultPayloadConverter);
  return temporal.api.failure.v1.Failure.encode(failure).finish();
}

describe('toFailure', () => {
  it.each([
    ['an error', new Error('broken'), 'handler_failed', true, 'broken'],
    ['an error of a kind', new TypeError('x is undefined'), 'handler_failed', true, 'x is undefined'],
    ['a PermanentError', new PermanentError('card_declined', 'no money'), 'card_declined', false, 'no money'],
    ['a RetryLaterError', new RetryLaterError(500), 'retry_later', true, 'not now, again in 500 ms'],
    ['a timeout', new StageTimeoutError(50), 'timeout', true, 'not done within 50 ms'],
    ['a shutdown', new CancelledFailure('WORKER_SHUTDOWN'), 'worker_lost', true, 'WORKER_SHUTDOWN'],
    ['a text', 'broken', 'handler_failed', true, 'broken'],
    ['nothing', undefined, 'handler_failed', true, 'undefined'],
    ['null', null, 'handler_failed', true, 'null'],
    ['a number', 7, 'handler_failed', true, '7'],
    ['a symbol', Symbol('x'), 'handler_failed', true, 'Symbol(x)'],
    ['an object', { code: 1 }, 'handler_failed', true, '[object Object]'],
    ['an error without a text', Object.assign(new Error(), { message: undefined }), 'handler_failed', true, 'undefined'],
    ['what has no text at all', Object.create(null), 'handler_failed', true, 'a value without a text was thrown'],
  ])('translates %s', (_what, thrown, code, retryable, message) => {
    const failure = translate(thrown);

    expect(failure).toMatchObject({ message, type: code, nonRetryable: !retryable });
    expect(failure.details).toEqual([
      {
        error: { code, message, stage: 'action', retryable },
        retryable,
        retryAfterMs: thrown instanceof RetryLaterError ? 500 : null,
        lost: code === 'worker_lost',
        startedAtMs: 5,
        endedAtMs: 9,
      },
    ]);
  });

  it.each(['CANCELLED', 'PAUSED', 'RESET', 'TIMED_OUT', 'NOT_FOUND'])(
    'lets a cancellation for %s be one, and says when the attempt began',
    (reason) => {
      const failure = toFailure(new CancelledFailure(reason), attempt);

      expect(failure).toBeInstanceOf(CancelledFailure);
      expect(failure).toMatchObject({ message: reason, details: [{ startedAtMs: 5, progress: null }] });
    },
  );

  it.each([
    [-1, 0],
    [0, 0],
    [90_000, 90_000],
  ])('passes on that the handler wants to wait %s ms as %s', (afterMs, retryAfterMs) => {
    expect(translate(new RetryLaterError(afterMs)).details).toMatchObject([{ retryAfterMs }]);
  });

  it('cuts a long message', () => {
    const failure = translate(new Error('x'.repeat(1_001)));

    expect(failure.message).toBe('x'.repeat(1_000));
    expect(failure.details).toMatchObject([{ error: { message: 'x'.repeat(1_000) } }]);
  });

  it('keeps where the error came from, and what caused it', () => {
    const failure = translate(new TypeError('fetch failed', { cause: new Error('refused', { cause: 'no error' }) }));

    expect(failure.cause).toMatchObject({ name: 'TypeError', message: 'fetch failed', cause: { message: 'refused' } });
    expect(failure.cause?.stack).toContain('to-failure.test.ts');
  });

  it('has no cause where no error was thrown', () => {
    expect(translate('broken').cause).toBeUndefined();
  });

  it('stays small whatever was thrown', () => {
    const page = 'x'.repeat(1_000_000);
    const chain = new Error(page, { cause: new Error(page, { cause: new Error(page, { cause: new Error(page) }) }) });
    const circular = new Error('round');
    circular.cause = circular;

    for (const thrown of [new Error(page), new PermanentError('too_long', page), page, chain, circular]) {
      expect(encode(thrown).length).toBeLessThan(64 * 1024);
    }
  });

  it.each([
    ['cut in the middle of a character', `${'x'.repeat(999)}🎈`, `${'x'.repeat(999)}�`],
    ['broken from the start', 'half a balloon: \ud83c', 'half a balloon: �'],
  ])('gives the engine valid text when a message is %s', (_how, message, expected) => {
    const failure = temporal.api.failure.v1.Failure.decode(encode(new Error(message)));

    expect(failure.message).toBe(expected);
    expect(failure.cause?.message).toBe(expected);
    expect(translate(message).message).toBe(expected);
  });
});
