import { valueText } from './value-text.ts';

/** What of a log line's fields can be kept, or told to another process: a handler may log anything, and doesn't fail by it. */
export function toPlainFields(fields: Readonly<Record<string, unknown>> | undefined): Record<string, unknown> | undefined {
  if (fields === undefined) return undefined;
  try {
    return structuredClone(fields);
  } catch {
    return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, valueText(value)]));
  }
}
