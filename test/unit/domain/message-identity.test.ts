import fc from 'fast-check';
import { expect, it } from 'vitest';
import { progressIdentity, verdictIdentity } from '../../../domain/message-identity.ts';

const target = { kind: 'event', owner: 'order-1', run: 1 } as const;
const data = {
  id: 'order-1',
  status: 'completed',
  result: { action: { a: 1, b: 2 } },
  error: null,
  completedAt: '1',
  attempts: { action: 1 },
};

it('is the same for the same verdict, whenever and however a run came to it', () => {
  const again = { ...data, result: { action: { b: 2, a: 1 } }, completedAt: '2', attempts: { action: 3 } };

  expect(verdictIdentity(target, again)).toBe(verdictIdentity(target, data));
});

it.each([
  ['status', { status: 'cancelled' }],
  ['result', { result: { action: { a: 1, b: 3 } } }],
  ['error', { error: { code: 'timeout' } }],
  ['count of a batch', { counts: { completed: 1 } }],
])('is another one for another %s', (_what, change) => {
  expect(verdictIdentity(target, { ...data, ...change })).not.toBe(verdictIdentity(target, data));
});

it('has the verdicts of handlers in it, however they came to them, and nothing where there are none', () => {
  const handled = { ...data, handlers: { tell: { status: 'failed', attempts: 1, result: null, error: { code: 'refused' } } } };
  const again = { ...data, handlers: { tell: { ...handled.handlers.tell, attempts: 3 } } };
  const other = { ...data, handlers: { tell: { ...handled.handlers.tell, status: 'completed' } } };

  expect(verdictIdentity(target, again)).toBe(verdictIdentity(target, handled));
  expect(verdictIdentity(target, other)).not.toBe(verdictIdentity(target, handled));
  expect(verdictIdentity(target, { ...data, handlers: {} })).toBe(verdictIdentity(target, data));
});

it('is never shared by two messages', () => {
  const owner = fc.oneof(fc.stringMatching(/^[A-Za-z0-9._:@~/-]{1,8}$/), fc.constantFrom('a', 'a-1', 'a","b'));
  const message = fc.record({
    kind: fc.constantFrom('event' as const, 'batch' as const),
    owner,
    run: fc.integer({ min: 1, max: 12 }),
    progress: fc.option(fc.nat(3)),
    status: fc.constantFrom('completed', 'failed'),
  });
  fc.assert(
    fc.property(fc.uniqueArray(message, { selector: messageKey, maxLength: 50 }), (messages) => {
      const identities = messages.map(({ progress, status, ...of }) =>
        progress === null ? verdictIdentity(of, { status }) : progressIdentity(of, progress),
      );
      expect(new Set(identities).size).toBe(messages.length);
    }),
  );
});

function messageKey(message: { readonly progress: number | null; readonly status: string }): string {
  return JSON.stringify(message.progress === null ? message : { ...message, status: '' });
}
