import type { EventResource } from '../../../domain/event-resource.ts';
import { formatJson } from '../../format/json.ts';

// What can't be the name of an import: words of the language, and names that the test has.
const TAKEN = new Set(
  (
    'arguments assert await break bus case catch class const continue createTestBus debugger default delete do else enum error eval events export extends ' +
    'false finally for function if implements import in instanceof interface let new null package private protected public return ' +
    'static status super switch test this throw true try typeof var void while with yield'
  ).split(' '),
);

/** A test of a project that has an event of the same type and data handled, as docs/testing.md writes them: it passes once that completes. */
export function toTest({ id, type, data, subject }: Pick<EventResource, 'id' | 'type' | 'data' | 'subject'>): string {
  const name = toName(type);
  const options = subject === null ? '' : `, ${toLiteral({ subject })}`;
  return `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestBus } from 'tickless/testing';
import { events } from '../events/index.ts';
import { ${name} } from '../events/${type}.ts';

const bus = createTestBus({ events });

test(${toLiteral(`completes ${id}`)}, async () => {
  const { status, error } = await bus.run(${name}, ${toLiteral(data)}${options});
  assert.equal(status, 'completed', error?.message);
});
`;
}

/** As a project calls the definition of a type: `orderApproved` of `order-approved`. */
function toName(type: string): string {
  const name = type.replaceAll(/[._-]+(.?)/g, (_separator, first: string) => first.toUpperCase());
  return TAKEN.has(name) ? `${name}Event` : name;
}

/** JSON is TypeScript but for one name of a field, which would be taken for what an object inherits from. */
function toLiteral(value: unknown): string {
  return formatJson(value)
    .replaceAll(/^( *)"__proto__":/gm, '$1["__proto__"]:')
    .replaceAll('\n', '\n  ');
}
