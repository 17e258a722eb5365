import type { z } from 'zod';
import { toPointer } from './json-pointer.ts';
import { MAX_FAULTS } from './fault.ts';
import type { Fault } from './fault.ts';

/** What a schema found, as faults at places of the input below `prefix`; not more of them than anybody is shown. */
export function toFaults(issues: readonly z.core.$ZodIssue[] = [], prefix: string): readonly Fault[] {
  return issues.slice(0, MAX_FAULTS).flatMap((issue) => {
    const pointer = prefix + toPointer(issue.path);
    if (issue.code !== 'unrecognized_keys') return [{ pointer, detail: issue.message }];
    return issue.keys.slice(0, MAX_FAULTS).map((key) => ({ pointer: pointer + toPointer([key]), detail: 'there is no such field' }));
  });
}
