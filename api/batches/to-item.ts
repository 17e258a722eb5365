import type { BatchItem } from '../../domain/batch-item.ts';
import { itemId } from '../../domain/event-id.ts';
import { MAX_DEPTH, parseExactJson } from '../../domain/exact-json.ts';
import { TypeBlockedError } from '../../domain/question.ts';
import { maxEventBytes } from '../max-event-bytes.ts';
import type { createParseEvent } from '../parse-event.ts';
import type { Fault } from '../../domain/fault.ts';
import { toFault } from '../read-json.ts';

/** One line of a batch as it came: what it says, or why that can't be known or kept. */
export type RawItem =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly value: unknown; readonly errors: readonly Fault[] };

export interface ToItemContext {
  readonly tenant: string;
  readonly batchId: string;
  readonly acceptedAtMs: number;
}

// A line can be wrong in as many places as it has characters; nobody reads more, and they are kept and shown.
const FAULTS_KEPT = 20;
const FAULT_CHARACTERS = 300;

/** Creates the check of a batch's items: what single events pass, and an invalid one is an item too. */
export function createToItem(parseEvent: ReturnType<typeof createParseEvent>) {
  return async function toItem(raw: RawItem, index: number, { tenant, batchId, acceptedAtMs }: ToItemContext): Promise<BatchItem> {
    if (!raw.ok) return rejected(typeOf(raw.value), raw.errors, acceptedAtMs);
    const parsed = await parseEvent(raw.value, { tenant, idempotencyKey: null }).catch(toUnacceptable);
    if (!parsed.ok) return rejected(typeOf(raw.value), parsed.errors, acceptedAtMs);
    if (parsed.expectedVersion !== undefined) {
      return rejected(parsed.event.type, [{ pointer: '/expectedVersion', detail: 'an item of a batch expects none' }], acceptedAtMs);
    }
    const event = { ...parsed.event, id: itemId(batchId, index), batchId };
    const maxBytes = maxEventBytes(event);
    if (Buffer.byteLength(JSON.stringify(event)) <= maxBytes) return { kind: 'event', event };
    const detail = `written out as the engine keeps it, the event has more than ${maxBytes} bytes`;
    return rejected(event.type, [{ pointer: '', detail }], acceptedAtMs);
  };
}

export function parseLine(text: string): RawItem {
  try {
    const parsed = parseExactJson(text);
    if (parsed.kind === 'exact') return { ok: true, value: parsed.value };
    if (parsed.kind === 'too_deep') return unreadable(`the line is nested deeper than ${MAX_DEPTH} levels`);
    return { ok: false, value: parsed.value, errors: parsed.places.map(toFault) };
  } catch (error) {
    return unreadable(`the line is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** An item of which nothing can be read. */
export function unreadable(detail: string): RawItem {
  return { ok: false, value: null, errors: [{ pointer: '', detail }] };
}

/** Its type can't be asked: it fails, and the others of its batch don't. */
function toUnacceptable(error: unknown): { readonly ok: false; readonly errors: readonly Fault[] } {
  if (!(error instanceof TypeBlockedError)) throw error;
  return { ok: false, errors: [{ pointer: '', detail: error.message }] };
}

function rejected(type: string | null, errors: readonly Fault[], atMs: number): BatchItem {
  const shown = errors.slice(0, FAULTS_KEPT).map(({ pointer, detail }) => ({ pointer: cut(pointer), detail: cut(detail) }));
  return { kind: 'rejected', rejection: { type, errors: shown, atMs } };
}

function cut(text: string): string {
  return text.slice(0, FAULT_CHARACTERS);
}

function typeOf(value: unknown): string | null {
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : null;
  return typeof type === 'string' ? type.slice(0, 128) : null;
}
