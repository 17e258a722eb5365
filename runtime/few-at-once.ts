/** Does some work once fewer than so many others are at work, in the order in which it was asked for. */
export type FewAtOnce = <T>(work: () => Promise<T>) => Promise<T>;

export function createFewAtOnce(most: number): FewAtOnce {
  const waiting: (() => void)[] = [];
  let atWork = 0;

  return async (work) => {
    // Whoever ends gives its place to the next.
    if (atWork < most) atWork += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) atWork -= 1;
      else next();
    }
  };
}
