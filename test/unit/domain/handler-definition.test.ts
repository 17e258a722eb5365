import { expect, it } from 'vitest';
import { z } from 'zod';
import { createCatalog } from '../../../domain/catalog.ts';
import { defineEvent } from '../../../domain/define-event.ts';
import { resolveIn } from '../../../domain/handler-definition.ts';
import { on } from '../../../domain/on.ts';
import { acceptedEvent, handlerContext } from './event-samples.ts';

const ordered = defineEvent({ type: 'ordered', data: z.unknown(), tier: 'normal', coalesce: true, handler: () => 'done' });
const tell = on(ordered, 'tell', ({ id }, { attempt }) => `${id} ${attempt}`);
const heavy = on(ordered, 'count', () => null, { weight: 'heavy' });
const resolve = resolveIn(createCatalog([ordered], [], [tell, heavy]));

it('finds types, and handlers below them', () => {
  expect(resolve('ordered')).toBe(ordered);
  expect(resolve('other')).toBeUndefined();
  expect(resolve('other/tell')).toBeUndefined();
  expect(resolve('ordered/tell')).toMatchObject({ type: 'ordered/tell', stages: ['tell'], timeoutsMs: { tell: 1_000 }, coalesce: true });
  expect(resolve('ordered/count')).toMatchObject({ coalesce: false });
});

it('has a handler see the event, and not the run that calls it', () => {
  const event = acceptedEvent({ id: 'order-1~h.tell', handlerOf: { id: 'order-1', name: 'tell' } });
  expect(resolve('ordered/tell')?.run('tell', event, {}, handlerContext())).toBe('order-1 1');
  expect(resolve('ordered/tell')?.run('tell', acceptedEvent(), {}, handlerContext())).toBe('order-1 1');
});

it('finds no handler that its config has no more', () => {
  expect(resolve('ordered/gone')).toBeUndefined();
});
