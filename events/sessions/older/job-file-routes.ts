import { extname } from 'node:path';
import { z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { makeZip } from 'client-zip';
import { describe, hasEnded, idParameter, json, problem, problems } from 'tickless/server';
import type { AppEnvironment, Core, EventResource } from 'tickless/server';
import { sessionFiles } from '../session-files.ts';
import type { SessionFile, SessionStore } from '../session-files.ts';
import { attachment } from './content-disposition.ts';
import { findJob } from './find-job.ts';
import { toJob } from './to-job.ts';
import { noSuchJob } from './job-routes.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.md': 'text/markdown; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.png': 'image/png',
};

/** What a session was made into: its files, one by one and as an archive. Only its own tenant finds it. */
export function jobFileRoutes(app: OpenAPIHono<AppEnvironment>, core: Core, sessionStore: SessionStore): void {
  app.get('/api/jobs/:id/files', async (context) => {
    const id = context.req.param('id');
    const found = await find(context.get('tenant'), id);
    if (found === null) return problem(context, noSuchJob(id));
    const self = `/api/jobs/${encodeURIComponent(id)}/files`;
    return context.json({ items: found.files.map(({ name }) => ({ name, href: `${self}/${encodePath(name)}` })), next_cursor: null });
  });

  app.get('/api/jobs/:id/files/:name{.+}', async (context) => {
    const { id, name } = context.req.param();
    const found = await find(context.get('tenant'), id);
    if (found === null) return problem(context, noSuchJob(id));
    const file = found.files.find((one) => one.name === name);
    const opened = file && (await sessionStore.open(file));
    if (!opened) return problem(context, { code: 'not_found', detail: `the job "${id}" has no file "${name}"` });
    return context.body(ReadableStream.from(opened.content), 200, download(name.replace(/^.*\//, ''), TYPES[extname(name)]));
  });

  app.delete('/api/jobs/:id/files', async (context) => {
    const id = context.req.param('id');
    const found = await find(context.get('tenant'), id);
    if (found === null) return problem(context, noSuchJob(id));
    const [first] = found.files;
    if (first !== undefined) await sessionStore.removeFolder(first);
    return context.body(null, 204);
  });

  app.get('/api/jobs/:id/archive', async (context) => {
    const id = context.req.param('id');
    const found = await find(context.get('tenant'), id);
    if (found === null) return problem(context, noSuchJob(id));
    const { resource, files } = found;
    if (!hasEnded(resource)) return context.json({ id, status: toJob(resource, false).status }, 202, { 'retry-after': '5' });
    const [first] = files;
    if (first === undefined) return problem(context, { code: 'not_found', detail: `the job "${id}" was made into nothing` });
    const name = first.name.replace(/\.md$/, '');
    const headers = download(`${name}.zip`, 'application/zip');
    // An archive is begun at once, whether or not anybody reads it.
    if (context.req.method === 'HEAD') return context.body(null, 200, headers);
    return context.body(makeZip(entries(name, files, sessionStore)), 200, headers);
  });

  describeJobFiles(app);

  async function find(tenant: string, id: string): Promise<JobFiles | null> {
    const found = await findJob(core, { tenant, id });
    if (found === null) return null;
    const { resource } = found;
    const files = sessionFiles(tenant, resource.result?.['action']);
    const [first] = files;
    return { resource, files: first !== undefined && (await sessionStore.owns(resource.id, first)) ? files : [] };
  }
}

interface JobFiles {
  readonly resource: EventResource;
  readonly files: readonly SessionFile[];
}

/** One file after the other, each opened when its turn comes; what is gone is left out. */
async function* entries(folder: string, files: readonly SessionFile[], store: SessionStore) {
  for (const file of files) {
    const opened = await store.open(file);
    if (opened === null) continue;
    try {
      yield { name: `${folder}/${file.name}`, lastModified: opened.modifiedAt, input: opened.content };
    } finally {
      // Whoever stops reading leaves here, in the middle of a file.
      await opened.content.return();
    }
  }
}

/** Saved, never shown: what a page or a model wrote is nothing that a browser should run. */
function download(name: string, type = 'application/octet-stream') {
  return {
    'content-type': type,
    'content-disposition': attachment(name),
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, no-cache',
  };
}

function encodePath(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}

function describeJobFiles(app: OpenAPIHono<AppEnvironment>): void {
  const binary = z.string().openapi({ format: 'binary' });
  describe(app, {
    method: 'get',
    path: '/api/jobs/{id}/files',
    summary: 'List the files of a session',
    request: { params: idParameter },
    responses: {
      200: json(
        'The Markdown first; none while it is at work',
        z.object({ items: z.array(z.object({ name: z.string(), href: z.string() })), next_cursor: z.null() }),
      ),
      ...problems(401, 404, 503),
    },
  });
  describe(app, {
    method: 'get',
    path: '/api/jobs/{id}/files/{name}',
    summary: 'Download a file of a session',
    request: { params: idParameter.extend({ name: z.string() }) },
    responses: {
      200: { description: 'The file', content: { 'application/octet-stream': { schema: binary } } },
      ...problems(401, 404, 503),
    },
  });
  describe(app, {
    method: 'delete',
    path: '/api/jobs/{id}/files',
    summary: 'Delete all files of a session',
    request: { params: idParameter },
    responses: { 204: { description: 'It has none any more' }, ...problems(401, 404, 503) },
  });
  describe(app, {
    method: 'get',
    path: '/api/jobs/{id}/archive',
    summary: 'Download all files of a session as one ZIP',
    request: { params: idParameter },
    responses: {
      200: { description: 'The archive', content: { 'application/zip': { schema: binary } } },
      202: json('It is still at work', z.object({ id: z.string(), status: z.string() })),
      ...problems(401, 404, 503),
    },
  });
}
