import type { StandardSchemaV1 } from '@standard-schema/spec';

/** What a schema that looks nothing up says of a value. */
export function checkWith<Schema extends StandardSchemaV1>(
  schema: Schema,
  value: unknown,
): StandardSchemaV1.Result<StandardSchemaV1.InferOutput<Schema>> {
  const result = schema['~standard'].validate(value);
  if (result instanceof Promise) throw new Error('this schema is asynchronous');
  return result;
}

/** What a schema makes of a value that it takes. */
export function parseWith<Schema extends StandardSchemaV1>(schema: Schema, value: unknown): StandardSchemaV1.InferOutput<Schema> {
  const result = checkWith(schema, value);
  if (result.issues !== undefined) throw new Error(result.issues.map(({ message }) => message).join('\n'));
  return result.value;
}
