import type { z } from '@hono/zod-openapi';
import { toPointer } from '../domain/json-pointer.ts';
import type { Fault } from './problem.ts';

/** What a schema found, as faults at places of the input below `prefix`. */
export function toFaults(issue: z.core.$ZodIssue, prefix: string): readonly Fault[] {
  const pointer = prefix + toPointer(issue.path);
  if (issue.code !== 'unrecognized_keys') return [{ pointer, detail: issue.message }];
  return issue.keys.map((key) => ({ pointer: pointer + toPointer([key]), detail: 'there is no such field' }));
}
