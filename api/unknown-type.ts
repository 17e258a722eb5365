import type { Catalog } from '../domain/catalog.ts';
import type { Fault } from '../domain/fault.ts';
import { unknownTypeDetail } from '../domain/nearest-type.ts';

/** What is said of a type that there isn't. */
export function unknownType(
  type: string,
  catalog: Catalog,
): { readonly code: 'unknown_type'; readonly detail: string; readonly errors: readonly Fault[] } {
  const detail = unknownTypeDetail(catalog, type);
  return { code: 'unknown_type', detail, errors: [{ pointer: '/type', detail }] };
}
