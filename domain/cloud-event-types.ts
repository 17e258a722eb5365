import { faultOfText } from './cloud-event-text.ts';
import type { EventDefinition } from './define-event.ts';

/** Gives the event type that stands for CloudEvents of a type: as its definition says, or of the same name. */
export type FindCloudEventType = (type: string) => string | undefined;

const MAX_CHARACTERS = 255;

/**
 * Not in `defineEvent`, which is in bundles for browsers: these are names that only a service sees.
 * @throws Error where a name can be no type of CloudEvents, or stands for two event types
 */
export function createFindCloudEventType(definitions: readonly EventDefinition[]): FindCloudEventType {
  const byName = new Map(definitions.map(({ type }) => [type, type]));
  for (const { type, cloudEventTypes } of definitions) {
    for (const name of cloudEventTypes) {
      const fault = faultOfText(name, MAX_CHARACTERS);
      if (fault !== null) throw new Error(`event type "${type}": "${name}" is no type of CloudEvents: ${fault}`);
      const known = byName.get(name) ?? type;
      if (known !== type) throw new Error(`"${known}" and "${type}" both stand for CloudEvents of the type "${name}"`);
      byName.set(name, type);
    }
  }
  return (type) => byName.get(type);
}
