import type { PatchOperation } from '../../../client/event-request.ts';

/** The JSON Patch (RFC 6902) that makes one value the other, field by field at the top; none where they are the same. */
export function toPatch(before: unknown, after: unknown): readonly PatchOperation[] {
  if (isSame(before, after)) return [];
  if (!isObject(before) || !isObject(after)) return [{ op: 'replace', path: '', value: after }];
  const removed = Object.keys(before).flatMap((name): readonly PatchOperation[] =>
    Object.hasOwn(after, name) ? [] : [{ op: 'remove', path: pointer(name) }],
  );
  const set = Object.entries(after).flatMap(([name, value]): readonly PatchOperation[] => {
    if (!Object.hasOwn(before, name)) return [{ op: 'add', path: pointer(name), value }];
    return isSame(before[name], value) ? [] : [{ op: 'replace', path: pointer(name), value }];
  });
  return [...removed, ...set];
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As RFC 6901 has it. */
function pointer(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
