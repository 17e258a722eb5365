import { Context } from '@temporalio/activity';

// Of events: several times as many as can be under way in a process's workflow tasks.
const MAX_REMEMBERED = 2_000;

/**
 * Gives a local activity that is called again in this process what it came to before. The engine gives a task out again
 * that took too long, and all of it is run again: a stage would be done twice, a callback sent twice. In another process,
 * as after a crash, it is.
 * @param keyOf what makes two calls the same one
 * @param eventsOf how many events a call is for: what is kept of it grows with them
 */
export function rememberOutcomes<Input, Outcome>(
  activity: (input: Input) => Promise<Outcome>,
  keyOf: (input: Input) => string,
  eventsOf: (input: Input) => number = () => 1,
): (input: Input) => Promise<Outcome> {
  const kept = new Map<string, { readonly outcome: Promise<Outcome>; readonly events: number }>();
  let events = 0;

  function keep(key: string, outcome: Promise<Outcome>, of: number): void {
    forget(key);
    kept.set(key, { outcome, events: of });
    events += of;
    // The map's first entry is the oldest.
    while (events > MAX_REMEMBERED && kept.size > 1) forget(kept.keys().next().value ?? '');
  }

  function forget(key: string): void {
    events -= kept.get(key)?.events ?? 0;
    kept.delete(key);
  }

  function run(key: string, input: Input): Promise<Outcome> {
    const { cancellationSignal } = Context.current();
    const outcome = activity(input);
    keep(key, outcome, eventsOf(input));
    outcome.catch(() => {
      // Cut off with its task, which says nothing of what it would have come to.
      if (cancellationSignal.aborted) forget(key);
    });
    return outcome;
  }

  return async (input) => {
    if (!Context.current().info.isLocal) return activity(input);
    const key = keyOf(input);
    const before = kept.get(key)?.outcome;
    if (before === undefined) return run(key, input);
    await before.catch(() => undefined);
    return kept.get(key)?.outcome ?? run(key, input);
  };
}
