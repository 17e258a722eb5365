import { LRUCache } from 'lru-cache';
import type { Surroundings } from './surroundings.ts';
import { currentSurroundings } from './surroundings.ts';

// As many as a process runs in a minute with a workflow each: at saturation a task that timed out is given out again some 20 s later.
const MAX_REMEMBERED = 10_000;
// As JSON: most are tiny, but a stage's result may have 64 KiB.
const MAX_CHARACTERS = 16 * 1024 * 1024;

interface Call<Outcome> {
  readonly outcome: Promise<Outcome>;
  /** Ends what was begun ahead when the activity that has taken it over is to end. */
  readonly follow: (signal: AbortSignal) => void;
}

/** An activity that knows what it came to. */
export interface Remembering<Input, Outcome> {
  (input: Input): Promise<Outcome>;
  /**
   * Does at once what the engine's worker will ask for soon: its first attempt, which then finds it done or under way.
   * @param onBegun told when it can't be taken back any more: handlers may have begun, or it is over
   * @returns takes it back: true where nothing of it has begun, and nothing ever will; null where it is done or under way already
   */
  ahead(input: Input, onBegun?: () => void): (() => boolean) | null;
}

/**
 * Gives an activity that is called again in this process what it came to before, also while it is under way. The engine
 * gives out again what took too long, or whose outcome didn't reach it: a stage would be done twice, a callback sent twice
 * and put on record once. In another process, as after a crash, it is.
 * @param keyOf what makes two calls the same one; given the number of the activity's attempt too
 */
export function rememberOutcomes<Input, Outcome>(
  activity: (input: Input, surroundings: Surroundings) => Promise<Outcome>,
  keyOf: (input: Input, attempt: number) => string,
): Remembering<Input, Outcome> {
  const calls = new LRUCache<string, Call<Outcome>>({ max: MAX_REMEMBERED, maxSize: MAX_CHARACTERS });

  /** @param isFinal whether a failure is what it came to: the engine tries an ordinary activity again, and a local one it doesn't */
  function run(key: string, outcome: Promise<Outcome>, isFinal: () => boolean, follow: Call<Outcome>['follow']): Promise<Outcome> {
    const call: Call<Outcome> = { outcome, follow };
    calls.set(key, call, { size: 1 });
    outcome.then(
      (value) => {
        // A copy: the size of what is there already isn't asked for again.
        if (calls.peek(key) === call) calls.set(key, { ...call }, { size: Math.max(1, JSON.stringify(value)?.length ?? 0) });
      },
      () => {
        if (!isFinal()) calls.delete(key);
      },
    );
    return outcome;
  }

  async function remembering(input: Input): Promise<Outcome> {
    const surroundings = currentSurroundings();
    const { attempt, signal, heartbeat } = surroundings;
    const key = keyOf(input, attempt);
    const before = calls.get(key);
    if (before !== undefined) {
      before.follow(signal);
      await before.outcome.catch(() => undefined);
    }
    // One that was cut off with its task has failed, but that says nothing of what it would have come to.
    const isFinal = (): boolean => heartbeat === null && !signal.aborted;
    return calls.get(key)?.outcome ?? run(key, activity(input, surroundings), isFinal, followNothing);
  }

  return Object.assign(remembering, {
    ahead(input: Input, onBegun?: () => void) {
      const key = keyOf(input, 1);
      if (calls.has(key)) return null;
      let state: 'unbegun' | 'begun' | 'withdrawn' = 'unbegun';
      const begun = (): void => {
        if (state === 'unbegun') state = 'begun';
        onBegun?.();
      };
      const ending = new AbortController();
      const withdraw = (): boolean => {
        if (state === 'unbegun') {
          state = 'withdrawn';
          ending.abort(new Error('it was taken back'));
        }
        return state === 'withdrawn';
      };
      // Who waits for the answer that it is accepted comes first.
      const outcome = new Promise((resolve) => setImmediate(resolve)).then(() =>
        activity(input, {
          attempt: 1,
          signal: ending.signal,
          heartbeat: null,
          withdrawal: { begun, isWithdrawn: () => state === 'withdrawn' },
        }),
      );
      // Whoever asks for it finds out by itself.
      run(key, outcome, () => false, followWith(ending)).then(begun, begun);
      return withdraw;
    },
  });
}

/** A function that knows nothing else: it is remembered for as long as the outcome, and an input may be large. */
function followWith(ending: AbortController): (signal: AbortSignal) => void {
  return (signal) => {
    if (signal.aborted) ending.abort(signal.reason);
    else signal.addEventListener('abort', () => ending.abort(signal.reason), { once: true });
  };
}

function followNothing(): void {}
