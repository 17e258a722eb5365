import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { AppEnvironment } from '../app.ts';

// Where the build puts it (deploy/build-dashboard.mjs), which a clone's sources look at too.
const builtFolder = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../dist/dashboard' : '../../dashboard', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

// A name as the build gives it: with a digest, and no way out of its folder.
const ASSET = /^[\w-]+-[\w-]{8}\.(css|js|svg)$/;

// Nothing but the page's own files runs or is asked, no style is written in the page, and no other page has it in a frame.
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
} as const;

const NOT_BUILT = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Tickless</title></head>
<body><h1>The dashboard is not built</h1><p>Run <code>node deploy/build-dashboard.mjs</code> in the clone, and load this page again. The API works without it: see <a href="docs">its description</a>.</p></body>
</html>
`;

interface Served {
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly zipped: Uint8Array<ArrayBuffer>;
}

interface DashboardOptions {
  readonly folder?: string;
  /** Whether there is `/dev`. */
  readonly hasDev?: boolean;
}

/** `/`, the dashboard, and its files. They hold nothing of anybody's: the page asks the API for that, with its reader's key. */
export function dashboardRoutes(app: OpenAPIHono<AppEnvironment>, { folder = builtFolder, hasDev = false }: DashboardOptions = {}): void {
  // Named by digests, these never change.
  const assets = new Map<string, Served>();

  app.get('/', async (context) => {
    const page = await read(join(folder, 'index.html'), hasDev ? sayDev : undefined);
    if (page === null) return context.html(NOT_BUILT, 200, { ...HEADERS, 'cache-control': 'no-store' });
    // Asked for each time, as it names the files of its version.
    return answer(context, page, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
  });

  app.get('/dashboard/:file', async (context) => {
    const file = context.req.param('file');
    const [, extension = ''] = ASSET.exec(file) ?? [];
    const type = TYPES[extension];
    if (type === undefined) return context.notFound();
    const asset = assets.get(file) ?? (await read(join(folder, 'dashboard', file)));
    if (asset === null) return context.notFound();
    assets.set(file, asset);
    return answer(context, asset, { 'content-type': type, 'cache-control': 'public, max-age=31536000, immutable' });
  });
}

function answer(context: Context, { plain, zipped }: Served, headers: Readonly<Record<string, string>>): Response {
  const all = { ...HEADERS, ...headers, vary: 'accept-encoding' };
  const takesGzip = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(context.req.header('accept-encoding') ?? '');
  return takesGzip ? context.body(zipped, 200, { ...all, 'content-encoding': 'gzip' }) : context.body(plain, 200, all);
}

const zip = promisify(gzip);

/** Tells the page that there is `/dev`: asking for what isn't there is a fault on a browser's console. */
function sayDev(page: Buffer): Buffer {
  return Buffer.from(page.toString().replace('<head>', '<head>\n    <meta name="tickless-dev" content="" />'));
}

/** Null where there is none. */
async function read(path: string, change = (file: Buffer): Buffer => file): Promise<Served | null> {
  try {
    const plain = change(await readFile(path));
    return { plain: Uint8Array.from(plain), zipped: Uint8Array.from(await zip(plain)) };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
