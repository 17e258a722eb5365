import type { EventDefinition } from '../domain/define-event.ts';
import { DEFAULT_TENANT } from '../domain/event-id.ts';
import type { HandledEvent } from '../domain/handled-event.ts';
import type { Said } from './call.ts';

export type MakeEvent = (definition: EventDefinition, data: unknown, said: Said) => HandledEvent;

/** @param idPrefix no other bus, of this process or another, has it: keys for effects outside are made of ids */
export function createMakeEvent(idPrefix: string, now: () => number): MakeEvent {
  let count = 0;
  let writtenMs = NaN;
  let time = '';

  return (definition, data, said) => {
    count += 1;
    return {
      id: said.id ?? `${idPrefix}-${count}`,
      type: definition.type,
      time: said.time ?? nowAsIso(),
      data,
      tier: said.tier ?? definition.tierOf({ data }),
      urgency: said.urgency ?? definition.urgencyOf(data),
      tenant: DEFAULT_TENANT,
      source: said.source ?? null,
      subject: said.subject ?? null,
    };
  };

  /** Written once for all events of a millisecond: to write it takes longer than to make an event. */
  function nowAsIso(): string {
    const nowMs = now();
    if (nowMs !== writtenMs) {
      writtenMs = nowMs;
      time = new Date(nowMs).toISOString();
    }
    return time;
  }
}
