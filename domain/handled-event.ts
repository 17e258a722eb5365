import type { CloudEventContext } from './cloud-event.ts';
import type { Tier } from './tier.ts';

/**
 * What a caller may say of an event and the service hands on as it is. A field that is added here is kept with the event, handed to
 * its handlers, and shown: nothing compiles until the envelope's schema (`api/parse-event.ts`) says what it may be.
 */
export interface HandedOn {
  readonly source: string | null;
  readonly subject: string | null;
}

/** Of an event that no caller has made, or that was stored before there was such a field. */
export const NOTHING_SAID: HandedOn = { source: null, subject: null };

/** What a handler is given, and what is shown of an event everywhere. */
export interface HandledEvent<Data = unknown> extends HandedOn {
  readonly id: string;
  readonly type: string;
  /** When it happened, as the caller says; ISO 8601. */
  readonly time: string;
  readonly data: Data;
  readonly tier: Tier;
  /** 0 to 1. */
  readonly urgency: number;
  readonly tenant: string;
  /** Of one that came as a CloudEvent, what it said besides: its type as it was, its extensions. */
  readonly cloudEvent?: CloudEventContext;
}
