/**
 * Maps what comes, in its order, while at most so many are under way. What is mapped already doesn't wait for the next to come;
 * that one's end isn't waited for either, where whoever reads has had enough.
 */
export async function* mapAhead<T, R>(
  values: AsyncIterable<T>,
  ahead: number,
  map: (value: T, index: number) => Promise<R>,
): AsyncGenerator<R> {
  const source = values[Symbol.asyncIterator]();
  const underWay: Promise<R>[] = [];
  let coming: Promise<IteratorResult<T>> | null = null;
  let isOver = false;
  let index = 0;
  try {
    for (;;) {
      if (!isOver && underWay.length < ahead) coming ??= source.next();
      const [first] = underWay;
      if (first === undefined && coming === null) return;
      const came: { readonly result: IteratorResult<T> } | { readonly mapped: R } = await Promise.race([
        ...(coming === null ? [] : [coming.then((result) => ({ result }))]),
        ...(first === undefined ? [] : [first.then((mapped) => ({ mapped }))]),
      ]);
      if ('mapped' in came) {
        void underWay.shift();
        yield came.mapped;
        continue;
      }
      coming = null;
      if (came.result.done === true) isOver = true;
      else underWay.push(heard(map(came.result.value, index)));
      index += 1;
    }
  } finally {
    coming?.catch(() => undefined);
    if (!isOver) source.return?.()?.catch(() => undefined);
  }
}

/** Whoever comes to it hears of its failure, which may be nobody. */
function heard<R>(mapping: Promise<R>): Promise<R> {
  mapping.catch(() => undefined);
  return mapping;
}
