import type { EventDefinition } from '../domain/define-event.ts';
import type { Description } from '../domain/question.ts';
import { OWN_ID_PATTERN as SUBJECT_PATTERN } from '../domain/event-id.ts';
import { MAX_SUBJECT_CHARACTERS } from '../domain/subject-id.ts';

/** A JSON schema, or a part of one. */
export type Schema = Readonly<Record<string, unknown>>;

export interface Document {
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> };
  readonly paths?: unknown;
}

/** An event type, and what it says of itself; null where that isn't to be had. */
export interface DescribedType {
  readonly definition: EventDefinition;
  readonly description: Description | null;
}

/**
 * Says of `Event`, and of `OlderEvent` if there is any, what only the catalog knows: which types there are, and what the data of each is.
 * @param takesOthers whether types that the catalog lacks are accepted, too
 */
export function withEventTypes<Described extends Document>(
  document: Described,
  definitions: readonly DescribedType[],
  takesOthers: boolean,
): Described {
  const { Event: event, OlderEvent: older, ...others } = document.components?.schemas ?? {};
  if (definitions.length === 0 || !isSchema(event) || !isSchema(older)) return document;
  const types = definitions.map(({ definition }) => definition.type);
  const ofTypes = Object.fromEntries(definitions.map((one) => [`Event.${nameOf(one.definition.type)}`, eventOf(event, one)]));
  const other = { ...event, properties: { ...propertiesOf(event), type: { ...propertiesOf(event)['type'], not: { enum: types } } } };
  const choices = { ...ofTypes, ...(takesOthers && { 'Event.other': other }) };
  const Event = {
    oneOf: Object.keys(choices).map((name) => ({ $ref: refTo(name) })),
    ...(!takesOthers && {
      discriminator: {
        propertyName: 'type',
        mapping: Object.fromEntries(types.map((type) => [type, refTo(`Event.${nameOf(type)}`)])),
      },
    }),
  };
  const OlderEvent = olderOf(older, definitions);
  const schemas = { ...others, ...choices, Event, ...(OlderEvent !== null && { OlderEvent }) };
  const paths = OlderEvent === null ? withoutOlder(document.paths) : document.paths;
  return { ...document, paths, components: { ...document.components, schemas } };
}

/** An event of one type: its name, and its data as the type has it. */
function eventOf(event: Schema, { definition: { type, subject }, description }: DescribedType): Schema {
  const required = new Set([...requiredOf(event), 'type', ...(description?.isDataRequired === true ? ['data'] : [])]);
  const ofData = toDataSchema(description);
  const { expectedVersion, delayMs, ...properties } = propertiesOf(event);
  const own = { ...properties, type: { type: 'string', const: type }, data: ofData };
  // Without a subject there is no version to expect, and what a subject takes waits for nothing but its turn.
  if (subject === null) return { ...event, properties: { ...own, delayMs }, required: [...required] };
  return {
    ...event,
    properties: {
      ...own,
      expectedVersion,
      delayMs,
      subject: { ...properties['subject'], pattern: SUBJECT_PATTERN, maxLength: MAX_SUBJECT_CHARACTERS },
    },
    required: [...required],
    dependentRequired: { expectedVersion: ['subject'] },
    dependentSchemas: { subject: { properties: { delayMs: { maximum: 0 } } } },
  };
}

/** Events as older clients write them, in each of the forms that some types read; null where none does. */
function olderOf(older: Schema, definitions: readonly DescribedType[]): Schema | null {
  const forms = new Map<string, { readonly form: Schema; readonly types: string[] }>();
  for (const { definition, description } of definitions) {
    if (description === null || description.olderForm === null) continue;
    const { $schema: _dialect, ...form } = description.olderForm;
    const key = JSON.stringify(form);
    const known = forms.get(key) ?? { form, types: [] };
    known.types.push(definition.type);
    forms.set(key, known);
  }
  const [first, ...more] = [...forms.values()].map(({ form, types }) => inForm(older, form, types));
  if (first === undefined) return null;
  return more.length === 0 ? first : { anyOf: [first, ...more] };
}

function inForm(older: Schema, form: Schema, types: readonly string[]): Schema {
  const properties = propertiesOf(older);
  const named = (name: string): Schema => ({ ...properties[name], enum: types });
  return {
    ...older,
    properties: { ...properties, ...propertiesOf(form), type: named('type'), event_type: named('event_type') },
    required: [...requiredOf(older), ...requiredOf(form)],
    anyOf: [{ required: ['type'] }, { required: ['event_type'] }],
  };
}

/** The same where nothing refers to older events. */
function withoutOlder(paths: unknown): unknown {
  return JSON.parse(JSON.stringify(paths ?? {}), (_key, value: unknown) => {
    if (!isSchema(value) || !Array.isArray(value['anyOf'])) return value;
    const others = value['anyOf'].filter((one: unknown) => !isSchema(one) || one['$ref'] !== refTo('OlderEvent'));
    return others.length === 1 && others.length < value['anyOf'].length ? others[0] : value;
  });
}

/** What it doesn't say is left open, as is what refers to itself: it would have to be a schema of the document. */
function toDataSchema(description: Description | null): Schema {
  const { $schema: _dialect, ...schema } = description?.schema ?? {};
  return JSON.stringify(schema).includes('"$ref"') ? {} : schema;
}

/** As a schema's name may be written. */
function nameOf(type: string): string {
  return type.replace(/[^A-Za-z0-9-]/g, (character) => `_${character.charCodeAt(0).toString(16)}`);
}

function refTo(name: string): string {
  return `#/components/schemas/${name}`;
}

function propertiesOf({ properties }: Schema): Readonly<Record<string, Schema>> {
  return (properties ?? {}) as Readonly<Record<string, Schema>>;
}

function requiredOf({ required }: Schema): readonly string[] {
  return (required ?? []) as readonly string[];
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null;
}
