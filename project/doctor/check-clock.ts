import { fault, ok, warning } from './finding.ts';
import type { Finding } from './finding.ts';

export interface ClockState {
  /** How far the engine's clock is ahead of this machine's. */
  readonly aheadMs: number;
  /** By how much that may be wrong. */
  readonly uncertaintyMs: number;
}

// The ages and waiting times that are shown are wrong by as much.
const WARNING_FROM_MS = 2_000;
// Receivers refuse a callback whose timestamp is five minutes off by their own clock.
const FAULT_FROM_MS = 60_000;
const REMEDY = 'Let both machines set their clocks by NTP (timedatectl, chronyc tracking).';

/** Looks at how far the clocks of this machine and of the engine's are apart. */
export function checkClock({ aheadMs, uncertaintyMs }: ClockState): Finding {
  const apartMs = Math.abs(aheadMs) - uncertaintyMs;
  if (apartMs < WARNING_FROM_MS)
    return ok('clock', `The engine's clock and this machine's agree, within ${Math.ceil(Math.abs(aheadMs) + uncertaintyMs)} ms.`);
  const message = `The engine's clock is ${(Math.abs(aheadMs) / 1_000).toFixed(1)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine's.`;
  return apartMs < FAULT_FROM_MS ? warning('clock', message, REMEDY) : fault('clock', message, REMEDY);
}
