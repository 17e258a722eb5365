import type { Catalog } from '../domain/catalog.ts';

export interface NamedLimit {
  readonly key: string;
  readonly capacity: number;
}

/**
 * The limits whose keys the configuration names: that of types that name none, and those that types name. Keys that are made from
 * events are not among them: there may be any number of those, and callers choose them.
 */
export function namedLimits({ definitions }: Pick<Catalog, 'definitions'>, defaultLimit: NamedLimit): readonly NamedLimit[] {
  const limits = new Map([[defaultLimit.key, { key: defaultLimit.key, capacity: defaultLimit.capacity }]]);
  for (const { namedLimits: own } of definitions)
    for (const { key, max } of own) limits.set(key, limits.get(key) ?? { key, capacity: max });
  return [...limits.values()];
}
