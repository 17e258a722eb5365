import fc from 'fast-check';
import { expect, it } from 'vitest';
import { webhookId } from '../../../activities/callbacks/webhook-id.ts';

it('has only characters without meaning to the signature, and one length', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('event' as const, 'batch' as const), (identity, kind) => {
      expect(webhookId({ kind }, identity)).toMatch(/^(evt|bat)_[A-Za-z0-9_-]{43}$/);
    }),
  );
});

it('is the same for the same identity only', () => {
  expect(webhookId({ kind: 'event' }, 'a')).toBe(webhookId({ kind: 'event' }, 'a'));
  expect(webhookId({ kind: 'event' }, 'a')).not.toBe(webhookId({ kind: 'event' }, 'b'));
});
