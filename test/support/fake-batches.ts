import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { BatchCounts, BatchStatus } from '../../domain/batch.ts';
import type { BatchResource } from '../../domain/batch-resource.ts';

export interface FakeBatches {
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** What came: method, path and query, and the body's text. */
  readonly requests: { readonly call: string; readonly body: string; readonly headers: Headers }[];
}

export interface FakeBatchOptions {
  readonly ends: BatchStatus;
  /** Breaks each of so many connections off after one message. */
  readonly breaks?: number;
}

/** Batches as the HTTP contract has them, without any that run: each ends at once, as it is told to. */
export function createFakeBatches({ ends, breaks = 0 }: FakeBatchOptions): FakeBatches {
  const requests: FakeBatches['requests'] = [];
  const app = new Hono();
  let broken = 0;
  app.use(async (context, next) => {
    const url = new URL(context.req.url);
    const body = await context.req.text();
    requests.push({ call: `${context.req.method} ${url.pathname}${url.search}`, body, headers: context.req.raw.headers });
    await next();
  });
  app.post('/v1/batches', async (context) => {
    const total = requests.at(-1)?.body.split('\n').filter(Boolean).length ?? 0;
    const rejected = [{ index: 1, errors: [{ pointer: '/type', detail: 'it is missing' }] }];
    return context.json({ id: 'b', status: 'accepted', total, accepted: total - 1, rejected, rejectedCount: 1, links: {} }, 202);
  });
  app.get('/v1/batches/:id/stream', (context) =>
    streamSSE(context, async (stream) => {
      const from = Number(context.req.header('last-event-id') ?? 0);
      for (let percent = from + 10; percent < 100; percent += 10) {
        await stream.writeSSE({ id: String(percent), event: 'progress', retry: 1, data: JSON.stringify(batch('running', percent)) });
        if (broken < breaks) {
          broken += 1;
          return;
        }
      }
      await stream.writeSSE({ id: '100', event: ends, data: JSON.stringify(batch(ends, 100)) });
    }),
  );
  app.get('/v1/batches', (context) => context.json({ items: [batch('running', 50)], nextCursor: null }));
  app.get('/v1/batches/:id', (context) => context.json(batch('running', 50)));
  app.get('/v1/batches/:id/items', (context) => context.json({ items: [], nextCursor: 'more' }));
  app.post('/v1/batches/:id/:action', (context) => context.json({ id: context.req.param('id') }, 202));
  app.notFound((context) => {
    const headers = { 'content-type': 'application/problem+json', 'x-request-id': 'r-1' };
    return context.body(JSON.stringify({ status: 404, code: 'not_found', detail: 'there is no such thing' }), 404, headers);
  });
  return { fetch: app.fetch, requests };
}

function batch(status: BatchStatus, percent: number): BatchResource {
  const failed = status === 'partial' || status === 'failed' ? 2 : 0;
  const counts: BatchCounts = { total: 100, pending: 100 - percent, running: 0, completed: percent - failed, failed, cancelled: 0 };
  return {
    id: 'b',
    name: null,
    mode: 'concurrent',
    maxParallel: 50,
    tenant: 'default',
    run: 1,
    status,
    counts,
    percent,
    ratePerSecond: 1_234.5,
    etaSeconds: percent === 100 ? null : 3.2,
    acceptedAt: '2026-01-01T00:00:00.000Z',
    startedAt: '2026-01-01T00:00:00.000Z',
    completedAt: percent === 100 ? '2026-01-01T00:01:00.000Z' : null,
    failures: failed === 0 ? [] : [{ cause: 'shock/action/boom', count: failed, example: 'b_7' }],
    callback: { status: 'none', url: null, attempts: [] },
  };
}
