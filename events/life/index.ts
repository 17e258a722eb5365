import { parseDurationMs } from 'tickless';
import type { Plugin } from 'tickless';
import { z } from 'zod';
import { createLifeEvents } from './life-events.ts';
import { LIFE_TICK } from './life-tick.ts';
import type { LifeRules } from './rules/life-rules.ts';

const duration = z
  .string()
  .transform((text, context) => {
    const durationMs = parseDurationMs(text);
    if (durationMs !== undefined) return durationMs;
    context.addIssue({ code: 'custom', message: `"${text}" is not a duration such as 1s or 5m` });
    return z.NEVER;
  })
  .refine((everyMs) => everyMs >= 1_000, 'at least 1s');

interface LifeSettings {
  readonly LIFE_TICK: number | undefined;
}

/**
 * Lives: subjects that events happen to (docs/subjects.md).
 * @param choices other rules than the defaults, for all lives from their next event on
 */
export function life(choices: Partial<LifeRules> = {}): Plugin<LifeSettings> {
  return {
    name: 'life',
    events: [createLifeEvents(choices)],
    otherTypes: 'unknown',
    settings: { LIFE_TICK: duration.optional() },
    start: (core) => core.tick(LIFE_TICK, core.settings.LIFE_TICK),
  };
}
