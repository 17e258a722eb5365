import type { Schema } from './event-schemas.ts';

const OF_FORMAT: Readonly<Record<string, string>> = {
  email: 'ada@example.org',
  uuid: '0190163d-8694-739b-aea5-966c26f8ad91',
  uri: 'https://example.org/',
  date: '2026-01-01',
  time: '12:00:00',
  'date-time': '2026-01-01T12:00:00Z',
};
// What refers to itself ends somewhere.
const MAX_DEPTH = 8;

/**
 * A value for a JSON schema: its own example where it has one, else the least that its words ask for. A pattern may want something
 * else; whoever shows a sample has the schema's owner look at it first.
 */
export function sampleOf(schema: Schema, depth = 0): unknown {
  const { examples, example, default: preset, const: only, enum: choices, anyOf, oneOf, allOf } = schema;
  const given = [...listOf(examples), example, preset, only, ...listOf(choices)].find((value) => value !== undefined);
  if (given !== undefined) return given;
  if (depth > MAX_DEPTH) return null;
  const [first] = [...listOf(anyOf), ...listOf(oneOf)];
  if (isSchema(first)) return sampleOf(first, depth + 1);
  if (allOf !== undefined) return Object.assign({}, ...listOf(allOf).map((part) => sampleOf(part as Schema, depth + 1)));
  return sampleOfType(schema, depth);
}

function sampleOfType(schema: Schema, depth: number): unknown {
  switch (typeOf(schema)) {
    case 'object':
      return sampleOfObject(schema, depth);
    case 'array': {
      const { items, minItems } = schema;
      return Array.from({ length: numberOr(minItems, 0) }, () => sampleOf(isSchema(items) ? items : {}, depth + 1));
    }
    case 'string': {
      const { format, minLength } = schema;
      return OF_FORMAT[String(format)] ?? 'text'.padEnd(numberOr(minLength, 0), 't');
    }
    case 'integer':
    case 'number': {
      const { minimum, exclusiveMinimum, maximum } = schema;
      // Schemas of integers name the safe ones as their bounds.
      const least = Math.max(numberOr(minimum, Number.NEGATIVE_INFINITY), numberOr(exclusiveMinimum, Number.NEGATIVE_INFINITY) + 1);
      return Math.min(Math.max(least, 1), numberOr(maximum, Number.POSITIVE_INFINITY));
    }
    case 'boolean':
      return true;
    default:
      return null;
  }
}

/** Its required fields: what may be left out says nothing of how an event is written at least. */
function sampleOfObject({ properties, required }: Schema, depth: number): Schema {
  const known = isSchema(properties) ? properties : {};
  const names = listOf(required).map(String);
  return Object.fromEntries(names.map((name) => [name, sampleOf(isSchema(known[name]) ? known[name] : {}, depth + 1)]));
}

function typeOf({ type, properties }: Schema): unknown {
  if (Array.isArray(type)) return type[0];
  return type ?? (properties === undefined ? null : 'object');
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null;
}
