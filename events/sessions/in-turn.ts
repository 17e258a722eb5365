/** The last work of each key that is under way or to come. */
const last = new Map<string, Promise<unknown>>();

/** Does what has the same key one after the other, in the order of the calls, within this process. */
export function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const turn = (last.get(key) ?? Promise.resolve()).then(work, work);
  last.set(key, turn);
  const forget = (): void => {
    if (last.get(key) === turn) last.delete(key);
  };
  turn.then(forget, forget);
  return turn;
}
