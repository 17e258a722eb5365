import { isJsonType, readCloudEvent } from '../../domain/cloud-event.ts';
import type { CloudEventReading } from '../../domain/cloud-event.ts';
import { MAX_DEPTH, parseExactJson } from '../../domain/exact-json.ts';
import type { Fault } from '../../domain/fault.ts';
import { parseMediaType } from '../media-type.ts';

/** Reads a CloudEvent that is JSON as a whole (JSON format of CloudEvents 1.0.2); pointers of faults are into it. */
export function readStructured(body: unknown): CloudEventReading {
  if (!isRecord(body)) return invalid('', 'a CloudEvent is a JSON object');
  const { data, data_base64: encoded, ...attributes } = body;
  if (encoded === undefined || encoded === null) return readCloudEvent({ attributes, ...(data !== undefined && { data }) });
  if (data !== undefined) return invalid('/data_base64', 'a CloudEvent has "data" or "data_base64", not both');
  const decoded = decode(encoded, attributes['datacontenttype']);
  return decoded.ok ? readCloudEvent({ attributes, data: decoded.data }) : invalid('/data_base64', decoded.detail);
}

type Decoded = { readonly ok: true; readonly data: unknown } | { readonly ok: false; readonly detail: string };

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function decode(encoded: unknown, mediaType: unknown): Decoded {
  const { type } = parseMediaType(typeof mediaType === 'string' ? mediaType : 'application/json');
  if (!isJsonType(type)) return { ok: false, detail: 'binary data is not taken: data is JSON here' };
  if (typeof encoded !== 'string' || !BASE64.test(encoded)) return { ok: false, detail: 'it is not base64' };
  try {
    const parsed = parseExactJson(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(encoded, 'base64')));
    if (parsed.kind === 'exact') return { ok: true, data: parsed.value };
    if (parsed.kind === 'too_deep') return { ok: false, detail: `it is nested deeper than ${MAX_DEPTH} levels` };
    return { ok: false, detail: `as JSON it can't be kept: ${parsed.places[0]?.detail}` };
  } catch {
    return { ok: false, detail: 'it is not JSON in UTF-8' };
  }
}

function invalid(pointer: string, detail: string): { readonly ok: false; readonly errors: readonly Fault[] } {
  return { ok: false, errors: [{ pointer, detail }] };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
