import { describe, expect, it } from 'vitest';
import { PermanentError, RetryLaterError } from '../../../domain/handler-errors.ts';
import { toStageFailure, traceOf } from '../../../handlers/stage-failure.ts';
import { Stopped } from '../../../handlers/stopped.ts';
import { UnknownTypeError } from '../../../handlers/unknown-type.ts';
import { StageTimeoutError } from '../../../handlers/with-timeout.ts';

const attempt = { stage: 'action', startedAtMs: 5, endedAtMs: 9 };

describe('toStageFailure', () => {
  it.each([
    ['an error', new Error('broken'), 'handler_failed', true, 'broken'],
    ['an error of a kind', new TypeError('x is undefined'), 'handler_failed', true, 'x is undefined'],
    ['a PermanentError', new PermanentError('card_declined', 'no money'), 'card_declined', false, 'no money'],
    ['a RetryLaterError', new RetryLaterError(500), 'retry_later', true, 'not now, again in 500 ms'],
    ['a timeout', new StageTimeoutError(50), 'timeout', true, 'not done within 50 ms'],
    ['a shutdown', new Stopped('shutdown'), 'worker_lost', true, 'the process is shutting down'],
    ['a type that this process lacks', new UnknownTypeError('gone'), 'unknown_type', true, 'this worker has no event type "gone"'],
    ['a text', 'broken', 'handler_failed', true, 'broken'],
    ['nothing', undefined, 'handler_failed', true, 'undefined'],
    ['null', null, 'handler_failed', true, 'null'],
    ['a number', 7, 'handler_failed', true, '7'],
    ['a symbol', Symbol('x'), 'handler_failed', true, 'Symbol(x)'],
    ['an object', { code: 1 }, 'handler_failed', true, '[object Object]'],
    ['an error without a text', Object.assign(new Error(), { message: undefined }), 'handler_failed', true, 'undefined'],
    ['what has no text at all', Object.create(null), 'handler_failed', true, 'a value without a text was thrown'],
  ])('translates %s', (_what, thrown, code, retryable, message) => {
    expect(toStageFailure(thrown, attempt)).toEqual({
      error: { code, message, stage: 'action', retryable },
      retryable,
      retryAfterMs: { retry_later: 500, unknown_type: 30_000 }[code] ?? null,
      lost: code === 'worker_lost' || code === 'unknown_type',
      startedAtMs: 5,
      endedAtMs: 9,
    });
  });

  it.each([
    [-1, 0],
    [0, 0],
    [90_000, 90_000],
  ])('passes on that the handler wants to wait %s ms as %s', (afterMs, retryAfterMs) => {
    expect(toStageFailure(new RetryLaterError(afterMs), attempt)).toMatchObject({ retryAfterMs });
  });

  it.each([
    ['card declined: "no"', 'card_declined___no_'],
    ['', 'handler_failed'],
    ['x'.repeat(100), 'x'.repeat(64)],
  ])('makes of the code %j what can be grouped by', (given, code) => {
    expect(toStageFailure(new PermanentError(given, 'no'), attempt).error.code).toBe(code);
  });

  it('takes a wait that is no number for none that was asked for', () => {
    const afterMs = Number('Wed, 21 Oct 2026 07:28:00 GMT');

    expect(toStageFailure(new RetryLaterError(afterMs), attempt)).toMatchObject({ retryable: true, retryAfterMs: null });
  });

  it('takes a code that is no text for none', () => {
    const { code } = JSON.parse('{}') as { code: string };

    expect(toStageFailure(new PermanentError(code, 'no'), attempt).error).toMatchObject({ code: 'handler_failed', retryable: false });
  });

  it('cuts a long message', () => {
    expect(toStageFailure(new Error('x'.repeat(1_001)), attempt).error.message).toBe('x'.repeat(1_000));
  });

  it.each([
    ['cut in the middle of a character', `${'x'.repeat(999)}🎈`, `${'x'.repeat(999)}�`],
    ['broken from the start', 'half a balloon: \ud83c', 'half a balloon: �'],
  ])('gives the engine valid text when a message is %s', (_how, message, expected) => {
    expect(toStageFailure(message, attempt).error.message).toBe(expected);
    expect(toStageFailure(new Error(message), attempt).error.message).toBe(expected);
    expect(traceOf(new Error(message))?.message).toBe(expected);
  });
});

describe('traceOf', () => {
  it('keeps where an error came from, and what caused it', () => {
    const trace = traceOf(new TypeError('fetch failed', { cause: new Error('refused', { cause: 'no error' }) }));

    expect(trace).toMatchObject({ name: 'TypeError', message: 'fetch failed', cause: { message: 'refused', cause: null } });
    expect(trace?.stack).toContain('stage-failure.test.ts');
    expect(structuredClone(trace)).toEqual(trace);
  });

  it('is null where no error was thrown', () => {
    expect(traceOf('broken')).toBeNull();
  });

  it('takes an error without a stack', () => {
    expect(traceOf(Object.assign(new Error('bare'), { stack: undefined }))).toMatchObject({ message: 'bare', stack: '' });
  });

  it('stays small whatever was thrown', () => {
    const page = 'x'.repeat(1_000_000);
    const chain = new Error(page, { cause: new Error(page, { cause: new Error(page, { cause: new Error(page) }) }) });
    const circular = new Error('round');
    circular.cause = circular;

    for (const thrown of [new Error(page), new PermanentError('too_long', page), chain, circular]) {
      expect(JSON.stringify(traceOf(thrown)).length).toBeLessThan(20_000);
    }
  });
});
