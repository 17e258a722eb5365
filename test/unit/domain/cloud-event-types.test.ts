import { expect, it } from 'vitest';
import { z } from 'zod';
import { createFindCloudEventType } from '../../../domain/cloud-event-types.ts';
import { defineEvent } from '../../../domain/define-event.ts';

function define(type: string, cloudEventTypes?: readonly string[]) {
  return defineEvent({ type, ...(cloudEventTypes && { cloudEventTypes }), data: z.unknown(), tier: 'low', handler: () => null });
}

it('finds the event type that stands for one of CloudEvents, as it says or by its name', () => {
  const find = createFindCloudEventType([define('joy'), define('order-paid', ['Order.Paid', 'order-paid'])]);
  expect(['Order.Paid', 'order-paid', 'joy', 'order.paid', 'constructor'].map(find)).toEqual([
    'order-paid',
    'order-paid',
    'joy',
    undefined,
    undefined,
  ]);
});

it.each([['Order.Paid'], ['joy']])('refuses two types that both stand for CloudEvents of the type "%s"', (name) => {
  const other = name === 'joy' ? define('joy') : define('a', [name]);
  expect(() => createFindCloudEventType([other, define('b', [name])])).toThrow(`both stand for CloudEvents of the type "${name}"`);
});

it.each(['', 'a\n', 'x'.repeat(256)])('refuses %j, which no CloudEvent can have as its type', (name) => {
  expect(() => createFindCloudEventType([define('a', [name])])).toThrow(`event type "a": "${name}" is no type of CloudEvents`);
});
