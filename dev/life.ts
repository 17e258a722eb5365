import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { stopSignal } from '../config/stop-signals.ts';
import { drawLifeEvent } from '../events/life/rules/draw-life-event.ts';

// `npm run life`: sends Life's events to a running service, mixed as life.md weighs them, until it is stopped.
const { values } = parseArgs({
  options: {
    url: { type: 'string', default: `http://127.0.0.1:${process.env['PORT'] ?? '3000'}` },
    /** How busy the environment is: quiet, normal, active or storm. */
    mode: { type: 'string', default: 'normal' },
    lives: { type: 'string', default: '3' },
    /** Events a second in all, in a normal environment. */
    rate: { type: 'string', default: '5' },
    /** Lets each life settle once a second too, as a ticking loop would. */
    ticks: { type: 'boolean', default: false },
    key: { type: 'string' },
  },
});
const ACTIVITY: Readonly<Record<string, number>> = { quiet: 0.2, normal: 1, active: 1.5, storm: 2 };
const activity = ACTIVITY[values.mode];
const lives = Number(values.lives);
const perSecond = Number(values.rate) * (activity ?? 0);
if (activity === undefined || !Number.isInteger(lives) || lives < 1 || !(perSecond > 0)) {
  throw new Error(`--mode is one of ${Object.keys(ACTIVITY).join(', ')}, --lives a whole number, --rate above 0`);
}

const counts = { sent: 0, refused: 0, unreachable: 0 };
const stopped = new AbortController();
// Rejects never.
void stopSignal().then(() => stopped.abort());
const senders = [send()];
if (values.ticks) senders.push(tick());
while (!stopped.signal.aborted) {
  await pause(2_000, undefined, { signal: stopped.signal }).catch(() => undefined);
  process.stdout.write(`${values.mode}: ${counts.sent} recorded, ${counts.refused} refused, ${counts.unreachable} unanswered\n`);
}
await Promise.all(senders);

/** At random moments, as many as the rate on average; nobody waits for an answer. */
async function send(): Promise<void> {
  while (!stopped.signal.aborted) {
    await pause((-Math.log(1 - Math.random()) * 1_000) / perSecond, undefined, { signal: stopped.signal }).catch(() => undefined);
    const { type, intensity } = drawLifeEvent({ typeShare: Math.random(), intensityShare: Math.random(), generation: 'later' });
    // What becomes of it is counted.
    void post({ type, subject: `life-${1 + Math.floor(Math.random() * lives)}`, source: 'generator', data: { intensity } });
  }
}

async function tick(): Promise<void> {
  while (!stopped.signal.aborted) {
    await pause(1_000, undefined, { signal: stopped.signal }).catch(() => undefined);
    await Promise.all(Array.from({ length: lives }, (_, index) => post({ type: 'life.tick', subject: `life-${index + 1}` })));
  }
}

async function post(event: object): Promise<void> {
  const headers = { 'content-type': 'application/json', ...(values.key !== undefined && { authorization: `Bearer ${values.key}` }) };
  try {
    const response = await fetch(new URL('/v1/events', values.url), { method: 'POST', headers, body: JSON.stringify(event) });
    await response.body?.cancel();
    counts[response.ok ? 'sent' : 'refused'] += 1;
  } catch {
    counts.unreachable += 1;
  }
}
