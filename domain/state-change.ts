/**
 * What differs between two states, field by field: a state is recorded with every gathering of events, and mostly its lists
 * only lose their oldest entries and gain some. Everything here is JSON. Objects are told apart by identity, as rules that
 * are pure keep what they don't change: to compare all of them by content took as long as the rules.
 */
export interface StateChange {
  /** The fields that have another value. */
  readonly set: Readonly<Record<string, unknown>>;
  readonly removed: readonly string[];
  /** Lists, of stretches of what they were and of what is new. */
  readonly lists: Readonly<Record<string, readonly Stretch[]>>;
}

type Stretch = { readonly from: number; readonly count: number } | { readonly added: readonly unknown[] };

type State = Readonly<Record<string, unknown>>;

/** @param before null where there was none */
export function changeOf(before: unknown, after: unknown): StateChange {
  const [old, now] = [toState(before), toState(after)];
  const set: Record<string, unknown> = {};
  const lists: Record<string, readonly Stretch[]> = {};
  for (const [field, value] of Object.entries(now)) {
    const known = Object.hasOwn(old, field) ? old[field] : undefined;
    if (known === value) continue;
    if (Array.isArray(known) && Array.isArray(value)) lists[field] = stretchesOf(known, value);
    else set[field] = value;
  }
  return { set, removed: Object.keys(old).filter((field) => !Object.hasOwn(now, field)), lists };
}

export function applyChange(before: unknown, { set, removed, lists }: StateChange): State {
  const old = toState(before);
  const kept = Object.entries(old).filter(([field]) => !removed.includes(field));
  const changed = Object.entries(lists).map(([field, stretches]) => [field, joinStretches(old[field], stretches)] as const);
  return Object.fromEntries([...kept, ...Object.entries(set), ...changed]);
}

/** Entry by entry: whatever is found further on in the list as it was counts as kept. */
function stretchesOf(before: readonly unknown[], after: readonly unknown[]): readonly Stretch[] {
  const lastIndex = new Map(before.map((entry, index) => [entry, index]));
  const stretches: ({ from: number; count: number } | { added: unknown[] })[] = [];
  let next = 0;
  for (const entry of after) {
    const last = stretches.at(-1);
    // Whatever the lists, no place of the old one is looked at twice.
    const found = (lastIndex.get(entry) ?? -1) < next ? -1 : before.indexOf(entry, next);
    if (found < 0) {
      if (last !== undefined && 'added' in last) last.added.push(entry);
      else stretches.push({ added: [entry] });
      continue;
    }
    if (last !== undefined && 'from' in last && found === next) last.count += 1;
    else stretches.push({ from: found, count: 1 });
    next = found + 1;
  }
  return stretches;
}

function joinStretches(before: unknown, stretches: readonly Stretch[]): readonly unknown[] {
  const known: readonly unknown[] = Array.isArray(before) ? before : [];
  return stretches.flatMap((stretch) => ('added' in stretch ? stretch.added : known.slice(stretch.from, stretch.from + stretch.count)));
}

function toState(value: unknown): State {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
