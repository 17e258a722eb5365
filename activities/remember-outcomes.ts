import { Context } from '@temporalio/activity';

// More than twice as many as can be under way in a process's workflow tasks.
const MAX_REMEMBERED = 2_000;

/**
 * Gives a local activity that is called again in this process what it came to before. The engine gives a task out again
 * that took too long, and all of it is run again: a stage would be done twice, a callback sent twice. In another process,
 * as after a crash, it is.
 * @param keyOf what makes two calls the same one
 */
export function rememberOutcomes<Input, Outcome>(
  activity: (input: Input) => Promise<Outcome>,
  keyOf: (input: Input) => string,
): (input: Input) => Promise<Outcome> {
  const outcomes = new Map<string, Promise<Outcome>>();

  function run(key: string, input: Input): Promise<Outcome> {
    const { cancellationSignal } = Context.current();
    const outcome = activity(input);
    outcomes.set(key, outcome);
    // The map's first entry is the oldest.
    if (outcomes.size > MAX_REMEMBERED) outcomes.delete(outcomes.keys().next().value ?? '');
    outcome.catch(() => {
      // Cut off with its task, which says nothing of what it would have come to.
      if (cancellationSignal.aborted) outcomes.delete(key);
    });
    return outcome;
  }

  return async (input) => {
    if (!Context.current().info.isLocal) return activity(input);
    const key = keyOf(input);
    const before = outcomes.get(key);
    if (before === undefined) return run(key, input);
    await before.catch(() => undefined);
    return outcomes.get(key) ?? run(key, input);
  };
}
