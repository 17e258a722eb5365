import type { Context } from 'hono';
import { isJsonType, readCloudEvent } from '../../domain/cloud-event.ts';
import type { CloudEventReading } from '../../domain/cloud-event.ts';
import { readHeaderText } from '../../domain/cloud-event-header.ts';
import { inTime } from '../body-in-time.ts';
import type { Problem } from '../problem.ts';
import { readJson } from '../read-json.ts';
import { EVENT_BODY_TYPES } from './cloud-event-mode.ts';

const PREFIX = 'ce-';

/** Reads a CloudEvent whose attributes are headers, and whose data is the body; pointers of faults are to attributes and `/data`. */
export async function readBinary(context: Context): Promise<CloudEventReading | ({ readonly ok: false } & Problem)> {
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(context.req.header())) {
    // What the data is says Content-Type alone.
    if (!name.startsWith(PREFIX) || name === `${PREFIX}datacontenttype`) continue;
    if (name === `${PREFIX}data`) return { ok: false, errors: [{ pointer: name, detail: 'no attribute has this name: data is the body' }] };
    const read = readHeaderText(value);
    if (!read.ok)
      return { ok: false, code: 'malformed', detail: `${name}: ${read.detail}`, errors: [{ pointer: name, detail: read.detail }] };
    attributes[name.slice(PREFIX.length)] = read.text;
  }
  const bytes = await inTime(context.req.arrayBuffer());
  if (bytes.byteLength === 0) return readCloudEvent({ attributes });
  const read = await readJson(context, { taken: EVENT_BODY_TYPES, isJson: isJsonType });
  if (!read.ok) return { ok: false, ...read.problem };
  return readCloudEvent({ attributes: { ...attributes, datacontenttype: context.req.header('content-type') ?? null }, data: read.body });
}

/** Where a fault of a binary CloudEvent is: its attributes are headers, and its data is the body. */
export function toHeaderPointer(pointer: string): string {
  if (/^\/data(\/|$)/.test(pointer)) return pointer.slice('/data'.length);
  if (pointer === '/datacontenttype') return 'content-type';
  return pointer.startsWith('/') ? `${PREFIX}${pointer.slice(1)}` : pointer;
}
