import type { DefinedEvent } from '../domain/define-event.ts';
import { NOTHING_SAID } from '../domain/handled-event.ts';
import type { HandledEvent } from '../domain/handled-event.ts';
import { toFaults } from '../domain/to-faults.ts';
import { asRecorded } from './as-recorded.ts';
import { refuseData } from './refuse-data.ts';

/**
 * An event as a handler is given it, to call one by hand: its data is what the type's schema makes of it, its tier and its urgency are the
 * type's, and it has just happened. `said` are fields that are to be otherwise.
 * @throws Error where the type doesn't take the data, or its schema is asynchronous
 */
export function testEvent<Data, HandledData>(
  definition: DefinedEvent<string, Data, unknown, HandledData>,
  data: NoInfer<Data>,
  said: Partial<Omit<HandledEvent, 'type' | 'data'>> = {},
): HandledEvent<HandledData> {
  const { type } = definition;
  const parsed = definition.data['~standard'].validate(data);
  if (parsed instanceof Promise) {
    throw new Error(`the schema of "${type}" is asynchronous: createTestBus({ events }).run() waits for it, testEvent() can't`);
  }
  if (parsed.issues !== undefined) refuseData(type, toFaults(parsed.issues, '/data'));
  const { value } = parsed;
  return {
    ...NOTHING_SAID,
    id: 'test-1',
    time: new Date().toISOString(),
    tier: definition.tierOf({ data: value }),
    urgency: definition.urgencyOf(value),
    tenant: 'default',
    ...said,
    type,
    data: asRecorded(value) as HandledData,
  };
}
