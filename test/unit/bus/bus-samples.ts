import { z } from 'zod';
import type { BusOptions, Failure } from '../../../bus/bus.ts';
import { createBus } from '../../../bus/create-bus.ts';
import { defineEvent } from '../../../domain/define-event.ts';

export const counted = defineEvent({ type: 'counted', data: z.object({ n: z.number(), unit: z.string().default('cm') }), tier: 'normal' });
export const noted = defineEvent({ type: 'noted', data: z.object({ text: z.string() }), tier: 'low' });

/** A bus, and all that it has told of errors. */
export function busWithErrors(options: BusOptions = {}) {
  const errors: { readonly error: unknown; readonly failure: Failure }[] = [];
  const bus = createBus({ ...options, onError: (error, failure) => errors.push({ error, failure }) });
  return { bus, errors };
}

/** A handler that goes on until it is let go, and what it has been called for. */
export function gate() {
  const waiting: (() => void)[] = [];
  const began: number[] = [];
  let atWork = 0;
  let most = 0;
  return {
    /** The numbers of the events, in order. */
    began,
    /** As many were at work at the same time. */
    most: () => most,
    async handler({ data }: { readonly data: { readonly n: number } }): Promise<number> {
      began.push(data.n);
      atWork += 1;
      most = Math.max(most, atWork);
      await new Promise<void>((resolve) => waiting.push(resolve));
      atWork -= 1;
      return data.n;
    },
    /** Lets the one that has waited longest go. */
    open: (): void => waiting.shift()?.(),
  };
}

/** Until all that can go on without a timer has. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
