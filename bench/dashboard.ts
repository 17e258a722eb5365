import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { ensureDashboard } from '../deploy/build-dashboard.mjs';
import { findChromium } from '../test/dashboard/support/find-chromium.ts';
import { throughput } from './load.ts';
import { machine } from './machine.ts';
import { cpuMs } from './process-usage.ts';
import { quantiles } from './quantiles.ts';
import { withSending } from './sending.ts';
import { withService } from './service-under-test.ts';
import type { ServiceUnderTest } from './service-under-test.ts';
import { table } from './table.ts';

// `npm run bench:dashboard`: when a reader sees something, whether long lists scroll, and what an open page costs the service.
const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '10000' },
    loads: { type: 'string', default: '9' },
    'idle-seconds': { type: 'string', default: '30' },
    out: { type: 'string', default: 'bench/dashboard.md' },
  },
});
const events = Number(values.events);
const idleSeconds = Number(values['idle-seconds']);
const SETTLE_MS = 8_000;
const SCROLLED_FOR_MS = 5_000;
const PIXELS_A_FRAME = 400;

const loadBefore = loadavg()[0]?.toFixed(1);
await ensureDashboard();
const browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
const rows = await withService(look);
await browser.close();

const text = `# The dashboard

\`npm run bench:dashboard\`: in Chromium without a window, on the machine that everything else runs on; ${events} events are listed. First paint is the browser's own "first contentful paint" of the overview, of
${values.loads} tabs that share nothing. While the list is scrolled, more is asked for as its end comes near. CPU is percent of a core over ${idleSeconds} s in which nothing is sent: the service, and its engine.

${machine()} Load average before: ${loadBefore}.

${table(['', ''], rows)}
`;
await writeFile(values.out, text);
process.stdout.write(text);

async function look({ url, pid, enginePid }: ServiceUnderTest): Promise<string[][]> {
  await withSending({ url, inFlight: 64, ownIds: false }, (sending) => throughput(sending, events, 64, 'listed'));
  await pause(SETTLE_MS);
  const cost = async (): Promise<readonly [number, number]> => {
    const before = await Promise.all([cpuMs(pid), cpuMs(enginePid)]);
    await pause(idleSeconds * 1_000);
    const after = await Promise.all([cpuMs(pid), cpuMs(enginePid)]);
    return [percent(after[0] - before[0]), percent(after[1] - before[1])];
  };
  const alone = await cost();
  const paints = await firstPaints(browser, url);
  const page = await browser.newPage();
  await page.goto(`${url}/#/`);
  await pause(SETTLE_MS);
  const overview = await cost();
  await page.goto(`${url}/#/events`);
  await pause(SETTLE_MS);
  const list = await cost();
  const frames = await scroll(page);
  return [
    ['first paint, nothing in the cache: p50', `${quantiles(paints).p50.toFixed(0)} ms`],
    ['the same: the longest', `${Math.max(...paints).toFixed(0)} ms`],
    [`rows reached by scrolling on for ${SCROLLED_FOR_MS / 1_000} s`, String(frames.rows)],
    ['a frame meanwhile: p50', `${quantiles(frames.ms).p50.toFixed(1)} ms`],
    ['a frame meanwhile: p95', `${quantiles(frames.ms).p95.toFixed(1)} ms`],
    ['CPU of the service with no page open', shown(alone)],
    ['with the overview open', shown(overview)],
    ['with the list of events open', shown(list)],
  ];
}

function percent(ms: number): number {
  return ms / idleSeconds / 10;
}

function shown([service, engine]: readonly [number, number]): string {
  return `${service.toFixed(1)} %, ${engine.toFixed(1)} %`;
}

async function firstPaints(chromium: Browser, url: string): Promise<readonly number[]> {
  const paints: number[] = [];
  for (let load = 0; load < Number(values.loads); load += 1) {
    const context = await chromium.newContext();
    const page = await context.newPage();
    await page.goto(`${url}/#/`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    paints.push(await page.evaluate<number>(`performance.getEntriesByName('first-contentful-paint')[0].startTime`));
    await context.close();
  }
  return paints;
}

/** As somebody who doesn't let go of the wheel. */
async function scroll(page: Page): Promise<{ readonly ms: readonly number[]; readonly rows: number }> {
  return page.evaluate(`new Promise((resolve) => {
    const ms = [];
    const startedAt = performance.now();
    let before = startedAt;
    const step = (at) => {
      ms.push(at - before);
      before = at;
      scrollBy(0, ${PIXELS_A_FRAME});
      if (at - startedAt < ${SCROLLED_FOR_MS}) return requestAnimationFrame(step);
      const indexes = [...document.querySelectorAll('[data-index]')].map((row) => Number(row.dataset.index));
      resolve({ ms: ms.slice(1), rows: Math.max(...indexes) + 1 });
    };
    requestAnimationFrame(step);
  })`);
}
