import { sleep } from '@temporalio/workflow';
import type { RunningUnit } from '../domain/batch.ts';
import type { UnitReference, UnitVerdict } from '../domain/batch-work.ts';
import { readUnits } from './run-unit.ts';

// Ever less often while none has come to its end.
const LOOK_MS = { first: 500, longest: 15_000 } as const;
const LOOKED_AT = 200;

export interface LookAfterOptions {
  readonly toReference: (unit: RunningUnit) => UnitReference;
  readonly onEnd: (unit: RunningUnit, verdict: UnitVerdict) => void;
}

/**
 * Looks after units that an earlier run of their batch has started: they tell this one nothing, so that the engine is asked
 * for their ends.
 */
export function createLookAfter({ toReference, onEnd }: LookAfterOptions): (units: readonly RunningUnit[]) => void {
  let adopted: readonly RunningUnit[] = [];

  async function look(): Promise<void> {
    for (let pauseMs: number = LOOK_MS.first; adopted.length > 0;) {
      const looked = adopted.slice(0, LOOKED_AT);
      const verdicts = await readUnits({ units: looked.map(toReference) });
      const open = looked.filter((_, index) => verdicts[index] === null);
      adopted = [...adopted.slice(looked.length), ...open];
      for (const [index, unit] of looked.entries()) {
        const verdict = verdicts[index];
        if (verdict) onEnd(unit, verdict);
      }
      pauseMs = open.length < looked.length ? LOOK_MS.first : Math.min(2 * pauseMs, LOOK_MS.longest);
      if (adopted.length > 0) await sleep(pauseMs);
    }
  }

  return (units) => {
    const isLooking = adopted.length > 0;
    adopted = [...adopted, ...units];
    // Never rejects: it asks until it is told.
    if (!isLooking && adopted.length > 0) void look();
  };
}
