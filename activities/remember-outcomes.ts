import { Context } from '@temporalio/activity';

// More than twice as many as can be under way in a process's workflow tasks.
const MAX_REMEMBERED = 2_000;
// As JSON: most are tiny, but a stage's result may have 64 KiB.
const MAX_CHARACTERS = 16 * 1024 * 1024;

interface Call<Outcome> {
  readonly outcome: Promise<Outcome>;
  /** 0 until it has ended. */
  characters: number;
}

/**
 * Gives an activity that is called again in this process what it came to before, also while it is under way. The engine
 * gives out again what took too long, or whose outcome didn't reach it: a stage would be done twice, a callback sent twice
 * and put on record once. In another process, as after a crash, it is.
 * @param keyOf what makes two calls the same one
 */
export function rememberOutcomes<Input, Outcome>(
  activity: (input: Input) => Promise<Outcome>,
  keyOf: (input: Input) => string,
): (input: Input) => Promise<Outcome> {
  const calls = new Map<string, Call<Outcome>>();
  let characters = 0;

  function run(key: string, input: Input): Promise<Outcome> {
    const { cancellationSignal, info } = Context.current();
    const call: Call<Outcome> = { outcome: activity(input), characters: 0 };
    calls.set(key, call);
    forgetOldest();
    call.outcome.then(
      (outcome) => {
        if (calls.get(key) !== call) return;
        call.characters = JSON.stringify(outcome)?.length ?? 0;
        characters += call.characters;
        forgetOldest();
      },
      () => {
        // An ordinary activity that fails is to be tried again. A local one has failed, unless it was cut off with its
        // task, which says nothing of what it would have come to.
        if (!info.isLocal || cancellationSignal.aborted) forget(key);
      },
    );
    return call.outcome;
  }

  function forgetOldest(): void {
    // A map's first entry is the oldest.
    for (const key of calls.keys()) {
      if (calls.size <= MAX_REMEMBERED && characters <= MAX_CHARACTERS) return;
      forget(key);
    }
  }

  function forget(key: string): void {
    characters -= calls.get(key)?.characters ?? 0;
    calls.delete(key);
  }

  return async (input) => {
    const key = keyOf(input);
    const before = calls.get(key);
    if (before === undefined) return run(key, input);
    await before.outcome.catch(() => undefined);
    return calls.get(key)?.outcome ?? run(key, input);
  };
}
