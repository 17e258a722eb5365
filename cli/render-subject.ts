import type { SubjectChange, SubjectResource } from '../client/resource-types.ts';
import { lines } from './render.ts';

export function renderSubject({ type, id, version, state, updatedAt }: SubjectResource): string {
  return lines(`${type}/${id}  version ${version}`, [
    ['updated', updatedAt],
    ...Object.entries(state).map(([name, value]) => [name, JSON.stringify(value) ?? null] as const),
  ]);
}

/** A line a field, under the version that has changed it. */
export function renderChanges(changes: readonly SubjectChange[]): string {
  return changes
    .map(({ version, at, changes: fields }) =>
      lines(
        `version ${version}  ${at ?? ''}`,
        fields.map(({ pointer, before, after }) => [pointer, `${shown(before)} → ${shown(after)}`] as const),
      ),
    )
    .join('');
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? '–';
}
