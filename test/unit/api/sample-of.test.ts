import { expect, it } from 'vitest';
import { z } from 'zod';
import { sampleOf } from '../../../api/sample-of.ts';

const line = z.object({ sku: z.string().min(1), quantity: z.int().positive(), note: z.string().optional() });

it.each([
  ['an object with lists', z.object({ id: z.string().min(6), lines: z.array(line).min(2) })],
  ['formats', z.object({ mail: z.email(), id: z.uuid(), day: z.iso.date(), at: z.iso.datetime(), url: z.url() })],
  ['bounds', z.object({ share: z.number().min(-1).max(1), debt: z.int().max(-5), price: z.number().gt(10) })],
  [
    'choices',
    z.object({ how: z.enum(['well', 'badly']), only: z.literal('this'), either: z.union([z.int(), z.string()]), sure: z.boolean() }),
  ],
  ['an intersection', z.intersection(z.object({ a: z.string() }), z.object({ b: z.null() }))],
  ['what may be absent', z.object({ day: z.string().nullable().default(null), maybe: z.string().optional() })],
])('makes of a schema for %s what it accepts', (_what, schema) => {
  const sample = sampleOf(z.toJSONSchema(schema, { io: 'input' }));
  expect(schema.safeParse(sample)).toMatchObject({ success: true });
});

it('takes the example of the schema itself', () => {
  const schema = z
    .string()
    .regex(/^o-\d+$/)
    .meta({ examples: ['o-17'] });
  expect(sampleOf(z.toJSONSchema(z.object({ orderId: schema })))).toEqual({ orderId: 'o-17' });
});

it('comes to an end where a schema is within itself', () => {
  const inner: Record<string, unknown> = { type: 'array', minItems: 1 };
  inner['items'] = inner;
  expect(JSON.stringify(sampleOf(inner))).toMatch(/^\[+null\]+$/);
});
