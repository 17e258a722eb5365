/** JSON that doesn't depend on the order of a value's keys. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (isRecord(inner) ? sorted(inner) : inner)) ?? 'null';
}

function sorted(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  // Without a prototype, so that a key "__proto__" is one like any other.
  return Object.assign(Object.create(null), Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
