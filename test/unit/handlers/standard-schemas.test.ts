import { toStandardJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { defineEvent } from '../../../domain/define-event.ts';
import { createTestBus } from '../../../testing/create-test-bus.ts';
import { startMemoryApp } from '../api/memory-app.ts';

const valibotOrder = v.object({
  orderId: v.string(),
  lines: v.array(v.object({ cents: v.pipe(v.number(), v.integer()) })),
  currency: v.optional(v.string(), 'EUR'),
});
const arktypeOrder = type({
  orderId: 'string',
  lines: type({ cents: 'number.integer' }).array(),
  currency: "string = 'EUR'",
});

interface Order {
  readonly orderId: string;
  readonly lines: readonly { readonly cents: number }[];
  readonly currency: string;
}

function sumOf({ data }: { readonly data: Order }): { readonly cents: number; readonly currency: string } {
  return { cents: data.lines.reduce((sum, { cents }) => sum + cents, 0), currency: data.currency };
}

const ofValibot = defineEvent({ type: 'of-valibot', data: valibotOrder, tier: 'normal', handler: sumOf });
const ofArktype = defineEvent({ type: 'of-arktype', data: arktypeOrder, tier: 'normal', handler: sumOf });
const described = defineEvent({ type: 'of-valibot-described', data: toStandardJsonSchema(valibotOrder), tier: 'normal', handler: sumOf });
const definitions = [ofValibot, ofArktype, described] as const;
const bus = createTestBus({ events: definitions });

it.each(definitions)('hands a handler what the schema makes of the data: $type', async (definition) => {
  const run = await bus.run(definition, { orderId: 'o-1', lines: [{ cents: 2 }, { cents: 3 }] });
  expect(run.result?.action).toEqual({ cents: 5, currency: 'EUR' });
});

it.each(definitions)('names the place of each fault: $type', async ({ type }) => {
  const memory = startMemoryApp({ definitions });
  const pointersOf = async (data: unknown): Promise<readonly string[]> => {
    const answer = await memory.request('/v1/events', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type, data }),
    });
    expect(answer.status).toBe(422);
    const { errors } = (await answer.json()) as { readonly errors: readonly { readonly pointer: string }[] };
    return errors.map(({ pointer }) => pointer).sort();
  };
  expect(await pointersOf({ orderId: 1, lines: [{ cents: 2 }, { cents: 'many' }] })).toEqual(['/data/lines/1/cents', '/data/orderId']);
  expect(await pointersOf({ lines: [] })).toEqual(['/data/orderId']);
  expect(await pointersOf('an order')).toEqual(['/data']);
  await memory.stop();
});

it('shows the JSON Schema that a library gives, and null where it gives none', async () => {
  const memory = startMemoryApp({ definitions });
  const read = async (path: string): Promise<unknown> => (await memory.request(path)).json();
  const schema = {
    type: 'object',
    properties: { orderId: { type: 'string' }, lines: { type: 'array', items: { properties: { cents: { type: 'integer' } } } } },
  };
  expect(await read('/v1/event-types/of-arktype')).toMatchObject({ schema });
  expect(await read('/v1/event-types/of-valibot-described')).toMatchObject({ schema });
  expect(await read('/v1/event-types/of-valibot')).toMatchObject({ schema: null });
  const { components } = (await read('/openapi.json')) as {
    readonly components: { readonly schemas: Readonly<Record<string, { readonly properties: { readonly data: unknown } }>> };
  };
  expect(components.schemas['Event.of-arktype']?.properties.data).toMatchObject(schema);
  expect(components.schemas['Event.of-valibot']?.properties.data).toEqual({});
  await memory.stop();
});

it('knows what data is to the compiler, of each library', async () => {
  // @ts-expect-error -- valibot: there are no lines
  await expect(bus.run(ofValibot, { orderId: 'o-1' })).rejects.toThrow('/data/lines');
  // @ts-expect-error -- arktype: cents is a number
  await expect(bus.run(ofArktype, { orderId: 'o-1', lines: [{ cents: 'many' }] })).rejects.toThrow('/data/lines/0/cents');
});
