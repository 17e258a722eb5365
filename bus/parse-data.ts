import type { EventDefinition } from '../domain/define-event.ts';
import { toFaults } from '../domain/to-faults.ts';
import { BusError } from './bus-error.ts';

/**
 * What handlers are given for what was emitted, as its type's schema has it.
 * @returns a promise where the schema is asynchronous
 * @throws BusError `invalid_data`
 */
export function parseData({ type, data: schema }: EventDefinition, data: unknown): unknown {
  const parsed = schema['~standard'].validate(data);
  return parsed instanceof Promise ? parsed.then((result) => valueOf(type, result)) : valueOf(type, parsed);
}

type Parsed = Awaited<ReturnType<EventDefinition['data']['~standard']['validate']>>;

function valueOf(type: string, parsed: Parsed): unknown {
  if (parsed.issues === undefined) return parsed.value ?? null;
  const faults = toFaults(parsed.issues, '/data').map(({ pointer, detail }) => `${pointer} ${detail}`);
  throw new BusError('invalid_data', `"${type}" takes no such data: ${faults.join('; ')}`);
}
