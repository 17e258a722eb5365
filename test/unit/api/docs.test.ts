import { describe, expect, it } from 'vitest';
import { startMemoryApp } from './memory-app.ts';

const { request } = startMemoryApp();

describe('/docs', () => {
  it('is a page that asks for nothing outside', async () => {
    const page = await request('/docs');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(await page.text()).not.toMatch(/https?:\/\/|src="\/\/|href="\/\//);
    expect(await (await request('/docs/start.js')).text()).not.toMatch(/https?:\/\//);
  });

  it('shows the document of this service, and sends it to no validator', async () => {
    const start = await (await request('/docs/start.js')).text();
    expect(start).toContain("'/openapi.json'");
    expect(start).toContain('validatorUrl: null');
  });

  it('runs no script but its files', async () => {
    expect(await (await request('/docs')).text()).not.toMatch(/<script(?![^>]*src=)[^>]*>|\son\w+=/);
  });

  it('finds every file that it names', async () => {
    const page = await (await request('/docs')).text();
    const paths = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => String(path));
    expect(paths).toHaveLength(3);
    for (const path of paths) {
      const file = await request(path);
      expect(file.status).toBe(200);
      expect(file.headers.get('content-type')).toMatch(path.endsWith('.css') ? /^text\/css/ : /^text\/javascript/);
      expect((await file.text()).length).toBeGreaterThan(50);
    }
  });

  it.each(['package.json', 'index.html', 'nothing.js', 'constructor', 'toString', '__proto__', '..%2Fpackage.json', 'swagger-ui.css%00'])(
    'has no file "%s"',
    async (file) => {
      const answer = await request(`/docs/${file}`);
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ code: 'not_found' });
    },
  );
});
