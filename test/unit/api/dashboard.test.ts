import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpenAPIHono } from '@hono/zod-openapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AppEnvironment } from '../../../api/app.ts';
import { dashboardRoutes } from '../../../api/routes/dashboard.ts';

let folder: string;
const app = new OpenAPIHono<AppEnvironment>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickless-dashboard-'));
  await mkdir(join(folder, 'dashboard'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><head><title>Tickless</title></head>');
  await writeFile(join(folder, 'dashboard/index-abcd1234.js'), 'run();');
  await writeFile(join(folder, 'dashboard/secret.txt'), 'nothing of theirs');
  dashboardRoutes(app, { folder });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the dashboard', () => {
  it('is a page that is asked for each time, and runs nothing but its own files', async () => {
    const page = await app.request('/');
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('Tickless');
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|http|\*|data:/);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
  });

  it('is told of `/dev` where there is one', async () => {
    const other = new OpenAPIHono<AppEnvironment>();
    dashboardRoutes(other, { folder, hasDev: true });
    expect(await (await other.request('/')).text()).toContain('<meta name="tickless-dev"');
    expect(await (await app.request('/')).text()).not.toContain('tickless-dev');
  });

  it('has files that never change, packed for whoever takes that', async () => {
    const plain = await app.request('/dashboard/index-abcd1234.js');
    expect(plain.headers.get('cache-control')).toContain('immutable');
    expect(plain.headers.get('content-type')).toMatch(/^text\/javascript/);
    expect(await plain.text()).toBe('run();');
    const packed = await app.request('/dashboard/index-abcd1234.js', { headers: { 'accept-encoding': 'br, gzip' } });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(packed.headers.get('vary')).toBe('accept-encoding');
    const refused = await app.request('/dashboard/index-abcd1234.js', { headers: { 'accept-encoding': 'gzip;q=0, br' } });
    expect(refused.headers.get('content-encoding')).toBeNull();
  });

  it.each(['secret.txt', 'index-abcd1235.js', '..%2Findex.html', 'index.html', '__proto__', 'a-abcd1234.js%00'])(
    'has no file "%s"',
    async (file) => {
      expect((await app.request(`/dashboard/${file}`)).status).toBe(404);
    },
  );

  it('says how it is built where it is not', async () => {
    const other = new OpenAPIHono<AppEnvironment>();
    dashboardRoutes(other, { folder: join(folder, 'nothing') });
    const page = await other.request('/');
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('node deploy/build-dashboard.mjs');
  });
});
