// An error in a timer that comes again each millisecond says nothing new.
const MOST_A_SECOND = 5;

export interface FewASecond {
  /** How many were left out before this one; null where this one is left out, too. */
  next(): number | null;
}

export function createFewASecond(nowMs: () => number): FewASecond {
  let startedMs = -Infinity;
  let count = 0;
  let leftOut = 0;
  return {
    next() {
      if (nowMs() - startedMs >= 1_000) {
        startedMs = nowMs();
        count = 0;
      }
      count += 1;
      if (count > MOST_A_SECOND) {
        leftOut += 1;
        return null;
      }
      const before = leftOut;
      leftOut = 0;
      return before;
    },
  };
}
