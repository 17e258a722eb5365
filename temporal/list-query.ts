import { toKeyword } from './durable/keyword.ts';
import type { SearchAttribute, WorkflowType } from './durable/names.ts';

// Conditions in the engine's query language, by which workflows are listed and counted. Each value is written as a keyword, in
// which nothing is left to be escaped, so that no text can end its quotes.

type Field = SearchAttribute | 'WorkflowType' | 'WorkflowId' | 'ExecutionStatus';

const LAST_TIME_MS = Date.UTC(9999, 11, 31);

export function is(field: Field, value: string): string {
  return `${field} = ${quote(value)}`;
}

export function oneOf(field: Field, values: readonly string[]): string {
  return `${field} IN (${values.map(quote).join(', ')})`;
}

export function isUnset(field: SearchAttribute): string {
  return `${field} IS NULL`;
}

export function isSet(field: SearchAttribute): string {
  return `${field} IS NOT NULL`;
}

export function noneOf(field: Field, values: readonly string[]): string {
  return `${field} NOT IN (${values.map(quote).join(', ')})`;
}

export function startsWith(field: Field, prefix: string): string {
  return `${field} STARTS_WITH ${quote(prefix)}`;
}

export function isOfType(type: WorkflowType): string {
  return is('WorkflowType', type);
}

/** Whether it is open: what the engine calls running may have no worker at all. */
export function isOpen(): string {
  return is('ExecutionStatus', 'Running');
}

/** Started at this time or later. The engine reads years of four digits only. */
export function isSince(atMs: number): string {
  return `StartTime >= ${quote(new Date(Math.min(Math.max(atMs, 0), LAST_TIME_MS)).toISOString())}`;
}

/** Started at this time or later, in microseconds. */
export function startedSince(atUs: number): string {
  return `StartTime >= ${quote(inMicroseconds(atUs))}`;
}

/** Started at this time or before, in microseconds. */
export function startedBy(atUs: number): string {
  return `StartTime <= ${quote(inMicroseconds(atUs))}`;
}

/** Ended at this time or later, in microseconds. On SQL databases this holds of all that is open, too. */
export function isClosedSince(atUs: number): string {
  return `CloseTime >= ${quote(inMicroseconds(atUs))}`;
}

/** Ended at this time or before, in microseconds. */
export function isClosedBy(atUs: number): string {
  return `CloseTime <= ${quote(inMicroseconds(atUs))}`;
}

export function allOf(...conditions: readonly string[]): string {
  return conditions.join(' AND ');
}

export function anyOf(...conditions: readonly string[]): string {
  return `(${conditions.map((condition) => `(${condition})`).join(' OR ')})`;
}

function inMicroseconds(atUs: number): string {
  const seconds = new Date(Math.floor(atUs / 1_000_000) * 1_000).toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length);
  return `${seconds}.${String(atUs % 1_000_000).padStart(6, '0')}Z`;
}

function quote(text: string): string {
  return `'${toKeyword(text)}'`;
}
