import { faultOfText, isWellFormed } from './cloud-event-text.ts';
import type { Fault } from './fault.ts';
import { toPointer } from './json-pointer.ts';

/** Of the types that CloudEvents has, those that JSON can say by themselves; a time or an address is a text. */
export type ExtensionValue = string | number | boolean;

/**
 * What a CloudEvent says besides what every event has: kept with it, and given back. Stored in histories, so that what is usual is
 * left out.
 */
export interface CloudEventContext {
  /** As it came: a definition may stand for it under a name of its own. */
  readonly type: string;
  /** Where it is other JSON than `application/json`. */
  readonly datacontenttype?: string;
  readonly dataschema?: string;
  readonly extensions?: Readonly<Record<string, ExtensionValue>>;
}

/** Its attributes by their names, and its data where it has some. */
export interface RawCloudEvent {
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Absent where there is none: null is data. */
  readonly data?: unknown;
}

export interface CloudEvent {
  /** Of any alphabet; with `source` it names the event. */
  readonly id: string;
  readonly source: string;
  readonly context: CloudEventContext;
  /** The same as `POST /v1/events` takes it, but for its id. */
  readonly envelope: Readonly<Record<string, unknown>>;
}

export type CloudEventReading =
  | { readonly ok: true; readonly event: CloudEvent }
  | { readonly ok: false; readonly errors: readonly Fault[] };

/** What every CloudEvent has. A request with one of these as a header brings a binary one. */
export const REQUIRED_ATTRIBUTES = ['id', 'source', 'specversion', 'type'] as const;

const NAME = /^[a-z0-9]+$/;
const HANDED_ON = ['type', 'source', 'subject'] as const;
const STEERING = ['tier', 'urgency', 'delayms', 'callbackurl', 'callbackformat'] as const;
const TEXTS = [...REQUIRED_ATTRIBUTES, 'subject', 'time', 'dataschema', 'datacontenttype'] as const;
const KNOWN: ReadonlySet<string> = new Set([...TEXTS, ...STEERING]);

const MAX_CHARACTERS: Readonly<Partial<Record<string, number>>> = { id: 1_024, dataschema: 2_048 };
// They go out with each callback, and 50 events stand in a subject's state.
const MAX_EXTENSION_CHARACTERS = 8_192;
const MAX_INTEGER = 2 ** 31 - 1;

/**
 * Reads a CloudEvent by its attributes (CloudEvents 1.0.2, section 3). The envelope is yet to be checked as that of any event, and
 * its type to be looked up. Pointers of faults are to attributes: `/source`.
 */
export function readCloudEvent({ attributes, ...rest }: RawCloudEvent): CloudEventReading {
  // What is null is not set (JSON format, section 2.2).
  const given = Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== null));
  const extensions = Object.fromEntries(Object.entries(given).filter(([name]) => !KNOWN.has(name)));
  const errors = [...attributeFaults(given), ...extensionFaults(extensions)];
  if (errors.length > 0) return { ok: false, errors };
  const text = (name: string): string => String(given[name]);
  const mediaType = toMediaType(given['datacontenttype']);
  return {
    ok: true,
    event: {
      id: text('id'),
      source: text('source'),
      context: {
        type: text('type'),
        ...(mediaType !== JSON_TYPE && { datacontenttype: mediaType }),
        ...(given['dataschema'] !== undefined && { dataschema: text('dataschema') }),
        ...(Object.keys(extensions).length > 0 && { extensions: extensions as Record<string, ExtensionValue> }),
      },
      envelope: { ...toEnvelope(given), ...rest },
    },
  };
}

function toEnvelope(given: Readonly<Record<string, unknown>>): CloudEvent['envelope'] {
  const { time, tier, urgency, delayms, callbackurl, callbackformat } = given;
  const callback = withoutUnset({ url: callbackurl, format: callbackformat });
  return withoutUnset({
    ...Object.fromEntries(HANDED_ON.map((name) => [name, given[name]])),
    // Its letters may be small ones (RFC 3339, section 5.6).
    time: typeof time === 'string' ? time.toUpperCase() : undefined,
    tier: fromText(tier),
    urgency: fromText(urgency),
    delayMs: fromText(delayms),
    callback: Object.keys(callback).length === 0 ? undefined : callback,
  });
}

function withoutUnset(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

const NUMBER = /^-?\d{1,15}(\.\d{1,15})?$/;

/** CloudEvents has no fractions, and headers have texts alone: a number may be one that is written out. */
function fromText(value: unknown): unknown {
  return typeof value === 'string' && NUMBER.test(value) ? Number(value) : value;
}

/** Where a fault of the envelope is in the CloudEvent that it was made of. */
export function toAttributePointer(pointer: string): string {
  return POINTERS[pointer] ?? pointer;
}

const POINTERS: Readonly<Partial<Record<string, string>>> = {
  '/delayMs': '/delayms',
  '/callback': '/callbackurl',
  '/callback/url': '/callbackurl',
  '/callback/format': '/callbackformat',
};

/**
 * A text for what an event says besides its envelope, by which a repetition is known. An extension is compared as it is written out:
 * headers have no other types than text.
 */
export function contextKey({ extensions = {}, ...context }: CloudEventContext): Readonly<Record<string, unknown>> {
  return { ...context, extensions: Object.fromEntries(Object.entries(extensions).map(([name, value]) => [name, String(value)])) };
}

function attributeFaults(given: Readonly<Record<string, unknown>>): readonly Fault[] {
  const faults: Fault[] = [];
  const note = (name: string, detail: string): void => void faults.push({ pointer: toPointer([name]), detail });
  for (const name of REQUIRED_ATTRIBUTES) if (given[name] === undefined) note(name, `a CloudEvent has the attribute "${name}"`);
  for (const name of TEXTS) {
    const value = given[name];
    const fault = value === undefined ? null : faultOfText(value, MAX_CHARACTERS[name]);
    if (fault !== null) note(name, fault);
    else if (name === 'specversion' && value !== undefined && value !== '1.0') note(name, 'version 1.0 of CloudEvents alone is taken');
    else if (name === 'dataschema' && typeof value === 'string' && !ABSOLUTE_URI.test(value)) note(name, 'it is an absolute URI');
    else if (name === 'datacontenttype' && !isJsonType(toMediaType(value))) {
      note(name, `data is JSON here: ${JSON_TYPE}, or a type that ends on "+json"`);
    }
  }
  return faults;
}

// RFC 3986, section 4.3; what comes after the scheme is the sender's affair.
const ABSOLUTE_URI = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$/;

function extensionFaults(extensions: Readonly<Record<string, unknown>>): readonly Fault[] {
  const faults = Object.entries(extensions).flatMap(([name, value]) => {
    const fault = NAME.test(name) ? faultOfExtension(value) : "an attribute's name has a-z and 0-9 alone";
    return fault === null ? [] : [{ pointer: toPointer([name]), detail: fault }];
  });
  if (faults.length > 0 || JSON.stringify(extensions).length <= MAX_EXTENSION_CHARACTERS) return faults;
  return [{ pointer: '', detail: `its extension attributes have more than ${MAX_EXTENSION_CHARACTERS} characters together` }];
}

function faultOfExtension(value: unknown): string | null {
  if (typeof value === 'string') return isWellFormed(value) ? null : faultOfText(value);
  const isInteger = typeof value === 'number' && Number.isInteger(value) && value >= -MAX_INTEGER - 1 && value <= MAX_INTEGER;
  return isInteger || typeof value === 'boolean' ? null : 'an extension attribute is a text, a boolean or an integer of 32 bits';
}

const JSON_TYPE = 'application/json';

/** Without its parameters, in lower case; JSON where there is none (JSON format, section 3.1). */
function toMediaType(value: unknown): string {
  const [type = ''] = typeof value === 'string' ? value.split(';', 1) : [JSON_TYPE];
  return type.trim().toLowerCase();
}

/** Whether a media type, in lower case and without parameters, is one of JSON (RFC 6838, section 4.2.8). */
export function isJsonType(type: string): boolean {
  return /^[^/\s]+\/(json|[^/\s]+\+json)$/.test(type);
}
