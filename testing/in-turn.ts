import type { VirtualClock } from './virtual-clock.ts';

/** Does work of the same name one after the other, in the order of the calls. */
export type InTurn = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** While work waits for its turn, the clock may be moved. */
export function createInTurn(clock: Pick<VirtualClock, 'rest'>): InTurn {
  /** By name, while work of that name is under way: those that wait behind it. */
  const lines = new Map<string, (() => void)[]>();

  return async function inTurn(name, work) {
    const line = lines.get(name);
    if (line === undefined) lines.set(name, []);
    else await clock.rest((goOn) => void line.push(goOn));
    try {
      return await work();
    } finally {
      const next = lines.get(name)?.shift();
      if (next === undefined) lines.delete(name);
      else next();
    }
  };
}
