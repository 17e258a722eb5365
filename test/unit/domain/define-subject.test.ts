import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineEvent } from '../../../domain/define-event.ts';
import { defineSubject } from '../../../domain/define-subject.ts';
import { createCatalog } from '../../../domain/catalog.ts';
import { handledEvent } from './event-samples.ts';

interface Account {
  readonly balance: number;
  readonly entries: readonly number[];
  readonly name: string;
}

const birth = { id: 'a', tenant: 'default', atMs: 0 };
const account = defineSubject<Account>({
  type: 'account',
  initial: ({ id }) => ({ balance: 0, entries: [], name: id }),
  bounds: { balance: [-10, 100], name: [0, 1] },
  history: { entries: 3, name: 1 },
  settle: (state, atMs) => ({ ...state, name: `at ${atMs}` }),
  apply: (state, { data }) => ({ ...state, balance: state.balance + Number(data), entries: [...state.entries, Number(data)] }),
  show: ({ balance }) => ({ balance }),
});
const plain = defineSubject<{ readonly a: number }>({ type: 'plain', initial: () => ({ a: 1 }), apply: (state) => state });

function applied(data: unknown) {
  return { ...handledEvent(data), results: {}, atMs: 0 };
}

it('keeps numbers within their bounds and lists to their newest entries, whatever is applied', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -50, max: 50 })), (changes) => {
      let state = account.initial(birth);
      for (const change of changes) {
        state = account.apply(state, applied(change));
        expect(state.balance).toBeGreaterThanOrEqual(-10);
        expect(state.balance).toBeLessThanOrEqual(100);
      }
      expect(state).toMatchObject({ entries: changes.slice(-3), name: 'a' });
    }),
  );
});

it('settles and shows a state as it was told to, and leaves it as it is by default', () => {
  const state = account.initial(birth);
  expect(account.settle(state, 5).name).toBe('at 5');
  expect(account.show(state)).toEqual({ balance: 0 });
  expect(plain.settle({ a: 1 }, 5)).toEqual({ a: 1 });
  expect(plain.show({ a: 1 })).toEqual({ a: 1 });
});

it.each(['', 'Account', '1st', 'a~b', 'x'.repeat(33)])('refuses the subject type %j', (type) => {
  expect(() => defineSubject({ type, initial: () => ({}), apply: (state) => state })).toThrow(`subject type "${type}"`);
});

it('refuses bounds without a value and histories without a length', () => {
  const common = { type: 'account', initial: () => ({ n: 1 }), apply: (state: { n: number }) => state };
  expect(() => defineSubject({ ...common, bounds: { n: [2, 1] } })).toThrow('the bounds of "n"');
  expect(() => defineSubject({ ...common, history: { n: 1.5 } })).toThrow('the history of "n"');
  expect(() => defineSubject({ ...common, history: { n: -1 } })).toThrow('the history of "n"');
});

const common = { type: 'deposit', data: z.number(), tier: 'normal', subject: account, handler: () => 1 } as const;

it.each([
  ['that is heavy', { weight: 'heavy' }, "a subject's events are light"],
  ['with a limit', { limit: { key: 'k', max: 1 } }, 'there can be no limit'],
  ['with a stage of more than a second', { timeouts: { action: 1_001 } }, 'at most 1000 ms'],
] as const)('refuses an event type %s and a subject', (_what, options, message) => {
  expect(() => defineEvent({ ...common, ...options })).toThrow(message);
});

it('gives a stage of an event type with a subject a second, and the state as it is', async () => {
  const type = defineEvent({ ...common, handler: (_event, { state }) => state?.balance ?? null });
  expect(type).toMatchObject({ subject: account, timeoutsMs: { meaning: 1_000, decision: 1_000, action: 1_000 } });
});

it('finds the kinds of subject that event types name', () => {
  const catalog = createCatalog([defineEvent(common), defineEvent({ ...common, type: 'withdrawal' })]);
  expect(catalog.findSubject('account')).toBe(account);
  expect(catalog.findSubject('plain')).toBeUndefined();
});

it('refuses two kinds of subject of one name', () => {
  const twin = defineSubject<Account>({ type: 'account', initial: account.initial, apply: (state) => state });
  expect(() => createCatalog([defineEvent(common), defineEvent({ ...common, type: 'withdrawal', subject: twin })])).toThrow(
    'defined twice',
  );
});
