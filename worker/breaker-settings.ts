import type { Environment } from '../config/environment.ts';
import type { BreakerSettings } from '../domain/breaker.ts';
import { DEFAULT_BREAKER } from '../domain/breaker.ts';

export function toBreakerSettings({ CALLBACK_PROBE_AFTER, CALLBACK_RESUME_RATE }: Environment): BreakerSettings {
  return { ...DEFAULT_BREAKER, firstPauseMs: CALLBACK_PROBE_AFTER, resumedPerSecond: CALLBACK_RESUME_RATE };
}
