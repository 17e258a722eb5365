/** What a config lists: one of something, or a list or module that has some. */
export type Source<One> = One | readonly unknown[] | Readonly<Record<string, unknown>>;

/** All of some sources. @throws Error with what `none` says of a source, by its number from 1, that has none */
export function allIn<One>(
  sources: readonly Source<One>[],
  isOne: (value: unknown) => value is One,
  none: (number: number) => string,
): readonly One[] {
  return sources.flatMap((source, index) => {
    const found = [source, ...Object.values(source ?? {}).flat()].filter(isOne);
    if (found.length === 0) throw new Error(none(index + 1));
    return isOne(source) ? [source] : found;
  });
}
