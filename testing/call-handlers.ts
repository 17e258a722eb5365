import { stateOf } from '../domain/event-run.ts';
import type { EventRun } from '../domain/event-run.ts';
import { dueHandlers, handlerRun, recordHandler, settleHandlers } from '../domain/handler-runs.ts';

/**
 * Has the handlers of a run called, as its workflow does: all that may be are, and what comes after one once that is complete.
 * @param advanceToEnd has a handler's run advanced until it has ended
 * @param onChange told of the run each time that one of them has ended
 * @returns the run at its end
 */
export async function callHandlers(
  given: EventRun,
  {
    advanceToEnd,
    onChange,
    now,
  }: {
    readonly advanceToEnd: (part: EventRun) => Promise<EventRun>;
    readonly onChange?: (run: EventRun) => void;
    readonly now: () => number;
  },
): Promise<EventRun> {
  let run = given;
  const called = new Set<string>();
  await callDue();
  return settleHandlers(run, now());

  async function callDue(): Promise<void> {
    const due = dueHandlers(run).filter(({ name }) => !called.has(name));
    for (const { name } of due) called.add(name);
    await Promise.all(
      due.map(async (handler) => {
        const ended = await advanceToEnd(handlerRun(run, handler));
        run = recordHandler(run, handler.name, stateOf(ended));
        onChange?.(run);
        await callDue();
      }),
    );
  }
}
