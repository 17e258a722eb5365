import type { Catalog } from '../domain/catalog.ts';
import type { Fault } from '../domain/fault.ts';
import { nearestType } from '../domain/nearest-type.ts';

/** What is said of a type that there isn't. */
export function unknownType(
  type: string,
  catalog: Catalog,
): { readonly code: 'unknown_type'; readonly detail: string; readonly errors: readonly Fault[] } {
  const nearest = nearestType(catalog, type);
  const detail = `there is no event type "${type}"${nearest === undefined ? '' : `; the nearest is "${nearest}"`}`;
  return { code: 'unknown_type', detail, errors: [{ pointer: '/type', detail }] };
}
