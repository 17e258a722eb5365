import { CancellationScope, condition, getExternalWorkflowHandle, setHandler, workflowInfo } from '@temporalio/workflow';
import type { UnitKey, UnitVerdict } from '../domain/batch-work.ts';
import { placesGrantedSignal, unitRestsSignal } from './messages.ts';

// A batch that was ended by force answers no more, which is noticed then.
const ASK_AGAIN_MS = 60_000;

const NONE: UnitVerdict = { marks: [], causes: [] };

/** A unit's side of the places that it holds of its batch. */
export interface UnitPlaces {
  /** How many of its items may run at once; 0 while it rests. */
  held(): number;
  /** Gives its places to other items of its batch, while all of its own wait; `verdict` has what the others came to. */
  leave(verdict: UnitVerdict): Promise<void>;
  /**
   * Waits until its batch has places for its items, `wants` of them at most. The answer is a signal, and one that comes while a
   * local activity runs has that run again: none may run meanwhile.
   */
  take(wants: number): Promise<void>;
}

/** @param parallel how many places it was started with */
export function holdPlaces(unit: UnitKey, parallel: number): UnitPlaces {
  const { parent } = workflowInfo();
  let held = parallel;
  let rest = 0;
  setHandler(placesGrantedSignal, (grant) => {
    if (held === 0 && grant.rest === rest) held = grant.parallel;
  });

  /** False where the batch isn't there. */
  function tell(wants: number, verdict = NONE): Promise<boolean> {
    return CancellationScope.nonCancellable(() =>
      getExternalWorkflowHandle(parent?.workflowId ?? '')
        .signal(unitRestsSignal, { ...unit, ...verdict, rest, wants })
        .then(
          () => true,
          () => false,
        ),
    );
  }

  return {
    held: () => held,
    async leave(verdict) {
      if (held === 0) return;
      held = 0;
      rest += 1;
      await tell(0, verdict);
    },
    async take(wants) {
      while (held === 0) {
        if (await tell(wants)) await condition(() => held > 0, ASK_AGAIN_MS);
        // Nothing else of it is started, and what has begun comes to its end.
        else held = 1;
      }
    },
  };
}
