import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineConfig, definitionsOf } from '../../../project/define-config.ts';
import type { Config } from '../../../project/define-config.ts';
import { defineEvent } from '../../../domain/define-event.ts';

const typeOf = (type: string) => defineEvent({ type, data: z.unknown(), tier: 'normal', handler: () => null });
const [a, b, c] = [typeOf('a'), typeOf('b'), typeOf('c')];

it('has the types that are in its list, in modules and in their lists', () => {
  const config = defineConfig({ events: [a, { b, other: 'something', nothing: null }, { events: [c] }] });
  expect(definitionsOf(config)).toEqual([a, b, c]);
});

it.each<[string, unknown]>([
  ['event type "a" is defined twice', { events: [a, typeOf('a')] }],
  ['the config has no field "event"; there are events, services, plugins, settings', { events: [a], event: a }],
  ['the config needs a list of events', {}],
  ["entry 2 of the config's events has no event type", { events: [a, {}] }],
  ["entry 1 of the config's events has no event type", { events: [undefined] }],
])('says "%s"', (message, config) => {
  expect(() => defineConfig(config as Config)).toThrow(message);
});
