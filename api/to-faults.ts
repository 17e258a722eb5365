import type { z } from '@hono/zod-openapi';
import type { Fault } from './problem.ts';

/** What a schema found, as faults at places of the input below `prefix`. */
export function toFaults(issue: z.core.$ZodIssue, prefix: string): readonly Fault[] {
  const pointer = prefix + issue.path.map((key) => `/${escapePointer(String(key))}`).join('');
  if (issue.code !== 'unrecognized_keys') return [{ pointer, detail: issue.message }];
  return issue.keys.map((key) => ({ pointer: `${pointer}/${escapePointer(key)}`, detail: 'there is no such field' }));
}

/** RFC 6901, section 3. */
function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
