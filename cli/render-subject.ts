import type { SubjectResource } from '../client/resource-types.ts';
import { lines } from './render.ts';

export function renderSubject({ type, id, version, state, updatedAt }: SubjectResource): string {
  return lines(`${type}/${id}  version ${version}`, [
    ['updated', updatedAt],
    ...Object.entries(state).map(([name, value]) => [name, JSON.stringify(value) ?? null] as const),
  ]);
}
