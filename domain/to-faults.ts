import type { StandardSchemaV1 } from '@standard-schema/spec';
import { toPointer } from './json-pointer.ts';
import { MAX_FAULTS } from './fault.ts';
import type { Fault } from './fault.ts';

/** What a schema found, as faults at places of the input below `prefix`; not more of them than anybody is shown. */
export function toFaults(issues: readonly StandardSchemaV1.Issue[] = [], prefix: string): readonly Fault[] {
  return issues.slice(0, MAX_FAULTS).flatMap((issue) => {
    // Copied first: mapping the empty path of arktype, a list of a class of its own, gives one of length 1.
    const pointer = prefix + toPointer(Array.from(issue.path ?? [], (part) => (typeof part === 'object' ? part.key : part)));
    // As zod says it, of all of them in one.
    if (!('keys' in issue) || !Array.isArray(issue.keys)) return [{ pointer, detail: issue.message }];
    return issue.keys
      .slice(0, MAX_FAULTS)
      .map((key: PropertyKey) => ({ pointer: pointer + toPointer([key]), detail: 'there is no such field' }));
  });
}
