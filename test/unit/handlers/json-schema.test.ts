import type { StandardSchemaV1 } from '@standard-schema/spec';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { toJsonSchema } from '../../../handlers/json-schema.ts';

function schemaOf(jsonSchema?: unknown): StandardSchemaV1 {
  const standard = {
    version: 1,
    vendor: 'another',
    validate: (value: unknown) => ({ value }),
    ...(jsonSchema !== undefined && { jsonSchema }),
  };
  return { '~standard': standard } as StandardSchemaV1;
}

it('says what zod takes, and leaves open what can’t be said', async () => {
  expect(await toJsonSchema(z.object({ at: z.coerce.date(), name: z.string() }))).toMatchObject({
    properties: { at: {}, name: { type: 'string' } },
    required: ['at', 'name'],
  });
});

it('says what any other library says of itself', async () => {
  const input = ({ target }: { readonly target: string }) => ({ $schema: target, type: 'string' });
  expect(await toJsonSchema(schemaOf({ input }))).toEqual({ $schema: 'draft-2020-12', type: 'string' });
});

it('is nothing where a library says nothing, or can’t', async () => {
  const input = (): never => {
    throw new Error('no JSON Schema for this');
  };
  expect(await toJsonSchema(schemaOf())).toBeNull();
  expect(await toJsonSchema(schemaOf({ input }))).toBeNull();
});
