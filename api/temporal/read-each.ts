// Each item of a page is read for itself; so many at once keep it quick without crowding out events.
const READS_AT_ONCE = 8;

/** What reading each item gives, in their order. */
export async function readEach<Item, Value>(items: readonly Item[], read: (item: Item) => Promise<Value>): Promise<readonly Value[]> {
  const values: Value[] = [];
  for (let index = 0; index < items.length; index += READS_AT_ONCE) {
    values.push(...(await Promise.all(items.slice(index, index + READS_AT_ONCE).map(read))));
  }
  return values;
}
