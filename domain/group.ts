import type { AcceptedEvent } from './accepted-event.ts';
import { memberId } from './event-id.ts';
import { TIERS } from './tier.ts';
import type { Tier } from './tier.ts';

/** At most so many events share a workflow, and so many bytes of them: an engine takes 2 MiB in one piece, and each may have results of 12 KiB. */
export const MAX_GROUP = { events: 100, bytes: 256 * 1024 } as const;

type Common = 'type' | 'tier' | 'tenant' | 'plan';

/** What the members of a group don't have in common. */
interface Member extends Pick<AcceptedEvent, 'source' | 'time' | 'data' | 'urgency' | 'acceptedAtMs' | 'callback'> {
  /** Absent in groups from when all their members had the same. */
  readonly tier?: Tier;
}

/** Light events that came together, and share a workflow: its input. */
export interface Group {
  readonly id: string;
  /** Lists find a group by its members' type and tenant, which are therefore one; the tier is that of the most urgent. */
  readonly common: Pick<AcceptedEvent, Common>;
  readonly members: readonly Member[];
}

/** @param first of the events, all alike in what a group has in common but for the tier */
export function toGroup(id: string, first: AcceptedEvent, others: readonly AcceptedEvent[]): Group {
  const { type, tenant, plan } = first;
  const events = [first, ...others];
  const tier = events.map((event) => event.tier).reduce((one, other) => (TIERS.indexOf(other) < TIERS.indexOf(one) ? other : one));
  return { id, common: { type, tier, tenant, plan }, members: events.map(toMember) };
}

/** Events that may share a workflow have the same name here. */
export function groupKey({ tenant, type }: AcceptedEvent): string {
  return JSON.stringify([tenant, type]);
}

/** Under which name lists find it: the tiers that its members have, the most urgent first, as `high+low`. */
export function groupTiers({ common, members }: Group): string {
  return TIERS.filter((tier) => members.some((member) => tierOf(member, common) === tier)).join('+');
}

/** The names of all groups that may have members of a tier. */
export function tiersWith(tier: Tier): readonly string[] {
  const sets = TIERS.reduce<readonly (readonly Tier[])[]>((some, next) => [...some, ...some.map((set) => [...set, next])], [[]]);
  return sets.filter((set) => set.includes(tier)).map((set) => set.join('+'));
}

/** The members as events, each with an id that says where it lives. Field by field: to spread both took a fiftieth of an event's time. */
export function eventsOf({ id, common, members }: Group): readonly AcceptedEvent[] {
  return members.map((member, index) => ({
    id: memberId(id, index),
    ownId: null,
    run: 1,
    type: common.type,
    source: member.source,
    subject: null,
    time: member.time,
    data: member.data,
    tier: tierOf(member, common),
    urgency: member.urgency,
    tenant: common.tenant,
    acceptedAtMs: member.acceptedAtMs,
    delayMs: 0,
    callback: member.callback,
    plan: common.plan,
  }));
}

function tierOf({ tier }: Member, common: Group['common']): Tier {
  return tier ?? common.tier;
}

function toMember({ source, time, data, tier, urgency, acceptedAtMs, callback }: AcceptedEvent): Member {
  return { source, time, data, tier, urgency, acceptedAtMs, callback };
}
