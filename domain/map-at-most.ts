/** Maps values in their order, so many of them at once. What fails first ends it: no other is begun after that. */
export async function mapAtMost<T, R>(values: readonly T[], atOnce: number, map: (value: T) => Promise<R>): Promise<R[]> {
  const mapped: R[] = [];
  let next = 0;

  async function takeTurns(): Promise<void> {
    while (next < values.length) {
      const index = next;
      next += 1;
      try {
        mapped[index] = await map(values[index] as T);
      } catch (error) {
        next = values.length;
        throw error;
      }
    }
  }

  await Promise.all(Array.from({ length: Math.min(atOnce, values.length) }, takeTurns));
  return mapped;
}
