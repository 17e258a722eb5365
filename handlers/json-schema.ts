import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import type { ZodType } from 'zod';

export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * What a schema takes, as JSON Schema. What that can't say, as of a coerced date, is left open where the library can leave it.
 * @returns null where it gives none
 */
export async function toJsonSchema(schema: StandardSchemaV1): Promise<JsonSchema | null> {
  try {
    if (schema['~standard'].vendor === 'zod') {
      const { z } = await import('zod');
      return z.toJSONSchema(schema as unknown as ZodType, { io: 'input', unrepresentable: 'any' });
    }
    // https://standardschema.dev/json-schema: a library has it, or hasn't.
    const { jsonSchema } = schema['~standard'] as Partial<StandardJSONSchemaV1.Props>;
    return jsonSchema?.input({ target: 'draft-2020-12' }) ?? null;
  } catch {
    return null;
  }
}
