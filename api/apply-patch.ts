import jsonPatch from 'fast-json-patch';
import { MAX_DEPTH } from '../domain/exact-json.ts';
import type { Fault } from '../domain/fault.ts';
import { boundJson } from '../domain/json-bound.ts';

/** An operation of a JSON Patch (RFC 6902); which of the other fields it needs, its `op` says. */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  readonly path: string;
  readonly from?: string | undefined;
  readonly value?: unknown;
}

export type Patched = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly fault: Fault };

// As much as an event may have, written out: a few copies of copies make a gigabyte of a kilobyte.
const MAX_BYTES = 1_500_000;

/**
 * A JSON value as a patch changes it: the given one stays as it is. The fault, where an operation can't be applied, is at that
 * operation, as `/2`. Nothing but the value's own fields is ever reached: prototypes are not.
 */
export function applyPatch(value: unknown, patch: readonly PatchOperation[]): Patched {
  // Below a field, so that a patch may replace the whole, or take it away.
  let document: { readonly data?: unknown } = structuredClone({ data: value });
  for (const [index, operation] of patch.entries()) {
    try {
      const moved = below(operation);
      refuseInherited(document, moved);
      document = jsonPatch.applyOperation(document, moved, true, true, true, index).newDocument;
    } catch (error) {
      return faultAt(index, messageOf(error));
    }
    if (isDeeper(document, MAX_DEPTH + 1)) return faultAt(index, `it makes the data deeper than ${MAX_DEPTH} levels`);
    if (operation.op === 'copy' && boundJson(structuredClone(document)) > MAX_BYTES)
      return faultAt(index, `it makes the data larger than ${MAX_BYTES} bytes`);
  }
  return { ok: true, value: document.data ?? null };
}

type Operation = Parameters<typeof jsonPatch.applyOperation>[1];

function below({ path, from, ...rest }: PatchOperation): Operation {
  return { ...rest, path: belowData(path), ...(from !== undefined && { from: belowData(from) }) } as Operation;
}

/** @throws Error for what is no pointer, or leads out of what the value has */
function belowData(pointer: string): string {
  if (pointer !== '' && !pointer.startsWith('/')) throw new Error('a pointer is empty, or begins with "/"');
  const foreign = pointer.split('/').find((part) => part === '__proto__' || part === 'constructor' || part === 'prototype');
  if (foreign !== undefined) throw new Error(`a field "${foreign}" can't be patched`);
  return `/data${pointer}`;
}

/** What every object has by itself, the library takes for a field. @throws Error where an operation reads such a one */
function refuseInherited(document: object, operation: Operation): void {
  const read = [...('from' in operation ? [operation.from] : []), ...(operation.op === 'add' ? [] : [operation.path])];
  for (const pointer of read) {
    let value: unknown = document;
    for (const part of pointer.split('/').slice(1).map(jsonPatch.unescapePathComponent)) {
      if (typeof value !== 'object' || value === null) break;
      // What isn't there at all the library says.
      if (part in value && !Object.hasOwn(value, part)) throw new Error(`there is no "${part}"`);
      value = (value as Readonly<Record<string, unknown>>)[part];
    }
  }
}

/** The library's messages go on with the whole document. */
function messageOf(error: unknown): string {
  const [first = ''] = error instanceof Error ? error.message.split('\n') : [];
  return first;
}

function faultAt(index: number, detail: string): Patched {
  return { ok: false, fault: { pointer: `/${index}`, detail } };
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((part) => isDeeper(part, levels - 1));
}
