import type { AcceptedEvent } from './accepted-event.ts';
import { memberId } from './event-id.ts';

/** At most so many events share a workflow, and so many bytes of them: an engine takes 2 MiB in one piece, and each may have results of 12 KiB. */
export const MAX_GROUP = { events: 100, bytes: 256 * 1024 } as const;

type Common = 'type' | 'tier' | 'tenant' | 'plan';

/** What the members of a group don't have in common. */
type Member = Pick<AcceptedEvent, 'source' | 'time' | 'data' | 'urgency' | 'acceptedAtMs' | 'callback'>;

/** Light events that came together, and share a workflow: its input. */
export interface Group {
  readonly id: string;
  /** Of one type, tier and tenant, so that lists find them. */
  readonly common: Pick<AcceptedEvent, Common>;
  readonly members: readonly Member[];
}

/** @param first of the events, all alike in what a group has in common */
export function toGroup(id: string, first: AcceptedEvent, others: readonly AcceptedEvent[]): Group {
  const { type, tier, tenant, plan } = first;
  return { id, common: { type, tier, tenant, plan }, members: [first, ...others].map(toMember) };
}

/** Events that may share a workflow have the same name here. */
export function groupKey({ tenant, type, tier }: AcceptedEvent): string {
  return JSON.stringify([tenant, type, tier]);
}

/** The members as events, each with an id that says where it lives. */
export function eventsOf({ id, common, members }: Group): readonly AcceptedEvent[] {
  return members.map((member, index) => ({
    ...common,
    ...member,
    id: memberId(id, index),
    ownId: null,
    run: 1,
    subject: null,
    delayMs: 0,
  }));
}

function toMember({ source, time, data, urgency, acceptedAtMs, callback }: AcceptedEvent): Member {
  return { source, time, data, urgency, acceptedAtMs, callback };
}
