import { expect, it } from 'vitest';
import { z } from 'zod';
import { catalogOf, defineConfig, definitionsOf } from '../../../project/define-config.ts';
import type { Config } from '../../../project/define-config.ts';
import { defineSubject } from '../../../domain/define-subject.ts';
import { defineEvent } from '../../../domain/define-event.ts';

const typeOf = (type: string) => defineEvent({ type, data: z.unknown(), tier: 'normal', handler: () => null });
const [a, b, c] = [typeOf('a'), typeOf('b'), typeOf('c')];

it('has the types that are in its list, in modules and in their lists', () => {
  const config = defineConfig({ events: [a, { b, other: 'something', nothing: null }, { events: [c] }] });
  expect(definitionsOf(config)).toEqual([a, b, c]);
});

it.each<[string, unknown]>([
  ['event type "a" is defined twice', { events: [a, typeOf('a')] }],
  ['event type "idle" has neither stages nor a handler', { events: [a, defineEvent({ type: 'idle', data: z.unknown(), tier: 'low' })] }],
  ['the config has no field "event"; there are events, subjects, services, use, plugins, settings', { events: [a], event: a }],
  ['the config needs a list of events', {}],
  ['`use` has functions', { events: [a], use: [() => 1, 'log'] }],
  ["entry 2 of the config's events has no event type", { events: [a, {}] }],
  ["entry 1 of the config's events has no event type", { events: [undefined] }],
])('says "%s"', (message, config) => {
  expect(() => defineConfig(config as Config)).toThrow(message);
});

it('knows the kinds of subjects that are named, and refuses two of one name', () => {
  const account = () => defineSubject({ type: 'account', initial: () => ({ cents: 0 }), apply: (state) => state });
  const listed = account();
  expect(catalogOf({ events: [a], subjects: [listed], plugins: [{ name: 'x', subjects: [listed] }] }).findSubject('account')).toBe(listed);
  expect(() => defineConfig({ events: [a], subjects: [listed], plugins: [{ name: 'x', subjects: [account()] }] })).toThrow(
    'subject type "account" is defined twice',
  );
});
