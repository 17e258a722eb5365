import { join } from 'node:path';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';

export interface OpenOptions extends BrowserContextOptions {
  /** Instead of the one that all tests share. */
  readonly serviceUrl?: string;
}

export interface UsedBrowser {
  /** Opens a page of the dashboard by what comes after its `#`, in a tab that shares nothing with others. */
  open(path: string, options?: OpenOptions): Promise<Page>;
  /** Takes out what has gone wrong and was expected to. */
  takeFaults(): readonly string[];
}

/** A browser for a file of tests. After each test its tabs are closed; what a page has complained of meanwhile fails it, as does a request to another host. */
export function useBrowser(): UsedBrowser {
  let browser: Browser;
  let faults: string[] = [];
  beforeAll(async () => {
    // In a container there are no namespaces for its sandbox; it opens no pages but ours.
    browser = await chromium.launch({ executablePath: inject('chromium'), args: ['--no-sandbox'] });
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    const left = faults;
    faults = [];
    expect(left).toEqual([]);
  });

  return {
    async open(path, { serviceUrl = inject('serviceUrl'), ...options } = {}) {
      const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin', ...options });
      const page = await context.newPage();
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) faults.push(`${message.type()}: ${message.text()}`);
      });
      page.on('pageerror', (error) => faults.push(String(error)));
      page.on('request', (request) => {
        if (new URL(request.url()).origin !== serviceUrl) faults.push(`asks ${request.url()}`);
      });
      await page.goto(`${serviceUrl}/#${path}`);
      return page;
    },
    takeFaults() {
      const taken = faults;
      faults = [];
      return taken;
    },
  };
}

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string }[];
}

/** What axe finds that keeps somebody from using the page. @param rules those of axe's to go by; absent: all */
export async function seriousFaults(page: Page, rules?: readonly string[]): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async (runOnly) => {
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<{ violations: Violation[] }> } };
    return (await axe.run(runOnly === undefined ? {} : { runOnly })).violations;
  }, rules);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** Keeps a picture of the page where `DASHBOARD_IMAGES` names a folder. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['DASHBOARD_IMAGES'];
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
}
