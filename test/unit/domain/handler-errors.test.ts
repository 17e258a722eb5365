import { describe, expect, it } from 'vitest';
import { PermanentError, RetryLaterError } from '../../../domain/handler-errors.ts';

describe('PermanentError', () => {
  it('carries a code, a message and a cause', () => {
    const cause = new Error('403');

    const error = new PermanentError('card_declined', 'no money', { cause });

    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'PermanentError', code: 'card_declined', message: 'no money', cause });
  });
});

describe('RetryLaterError', () => {
  it('carries a delay, and says it unless told otherwise', () => {
    const cause = new Error('429');

    expect(new RetryLaterError(500)).toMatchObject({ name: 'RetryLaterError', afterMs: 500, message: 'not now, again in 500 ms' });
    expect(new RetryLaterError(500, 'the shop is closed', { cause })).toMatchObject({ message: 'the shop is closed', cause });
  });
});
