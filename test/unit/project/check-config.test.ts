import { expect, it } from 'vitest';
import { z } from 'zod';
import { catalogOf, checkConfig, definitionsOf } from '../../../project/check-config.ts';
import { defineConfig } from '../../../project/define-config.ts';
import type { Config } from '../../../project/define-config.ts';
import { defineSubject } from '../../../domain/define-subject.ts';
import { defineEvent } from '../../../domain/define-event.ts';
import { on } from '../../../domain/on.ts';

const typeOf = (type: string) => defineEvent({ type, data: z.unknown(), tier: 'normal', handler: () => null });
const [a, b, c] = [typeOf('a'), typeOf('b'), typeOf('c')];

it('has the types that are in its list, in modules and in their lists', () => {
  const config = defineConfig({ events: [a, { b, other: 'something', nothing: null }, { events: [c] }] });
  expect(definitionsOf(config)).toEqual([a, b, c]);
});

it.each<[string, unknown]>([
  ['event type "a" is defined twice', { events: [a, typeOf('a')] }],
  ['event type "idle" has neither stages nor a handler', { events: [a, defineEvent({ type: 'idle', data: z.unknown(), tier: 'low' })] }],
  ['middleware is a function: use: [async (event, context, next) => next()]', { events: [a], use: [() => 1, 'log'] }],
  ['the config has no field "event"; there are events, handlers, subjects, services, use, plugins, settings', { events: [a], event: a }],
  ['the config needs a list of events', {}],
  ["entry 2 of the config's events has no event type", { events: [a, {}] }],
  ["entry 1 of the config's events has no event type", { events: [undefined] }],
  ["entry 1 of the config's handlers has no handler", { events: [a], handlers: [{ tell: () => null }] }],
  ['handler "tell" is for event type "b", which is not in the list of events', { events: [a], handlers: [on(b, 'tell', () => null)] }],
  ['handler "tell" of event type "a" is defined twice', { events: [a], handlers: [on(a, 'tell', () => null), on(a, 'tell', () => null)] }],
  [
    'event type "a" has 17 handlers; a service calls at most 16',
    { events: [a], handlers: Array.from({ length: 17 }, (_, index) => on(a, `h${index}`, () => null)) },
  ],
])('says "%s"', (message, config) => {
  expect(() => checkConfig(config as Config)).toThrow(message);
});

it('knows the kinds of subjects that are named, and refuses two of one name', () => {
  const account = () => defineSubject({ type: 'account', initial: () => ({ cents: 0 }), apply: (state) => state });
  const listed = account();
  expect(catalogOf({ events: [a], subjects: [listed], plugins: [{ name: 'x', subjects: [listed] }] }).findSubject('account')).toBe(listed);
  expect(() => checkConfig({ events: [a], subjects: [listed], plugins: [{ name: 'x', subjects: [account()] }] })).toThrow(
    'subject type "account" is defined twice',
  );
});

it('has the handlers that are in its list, in modules and in their lists, for the types that have them', () => {
  const handlers = ['one', 'two', 'three'].map((name) => on(a, name, () => null));
  const [one, two, three] = handlers;
  const catalog = catalogOf({ events: [a, b], handlers: [one ?? [], { two, other: 'something' }, [three]] });
  expect(catalog.handlersOf('a')).toEqual(handlers);
  expect(catalog.handlersOf('b')).toEqual([]);
});

it('takes a type without stages that has a handler', () => {
  const topic = defineEvent({ type: 'topic', data: z.unknown(), tier: 'low' });
  expect(() => checkConfig({ events: [topic], handlers: [on(topic, 'tell', () => null)] })).not.toThrow();
});
