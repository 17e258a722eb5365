import type { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import { isBatchId } from '../../domain/event-id.ts';
import { toEventSummary } from '../../domain/event-summary.ts';
import type { AppDependencies, AppEnvironment } from '../app.ts';
import type { JoinedRun } from '../event-service.ts';
import { limitBatch } from '../batches/limit-batch.ts';
import { cloudEventMode } from '../cloud-events/cloud-event-mode.ts';
import { createSubmitBatched } from '../cloud-events/submit-batched.ts';
import { linkToNext } from '../link-to-next.ts';
import { createParseRequest } from '../parse-request.ts';
import { problem } from '../problem.ts';
import { readTree } from '../read-tree.ts';
import { readSubject } from '../read-subject.ts';
import { parseIdempotencyKey, parseIfMatch, parsePreference } from '../request-headers.ts';
import { invalidQuery, parseQuery } from '../parse-query.ts';
import { submitEvent } from '../submit-event.ts';
import { withRequestId } from '../with-request-id.ts';
import { describeEvents, listQuery } from './describe-events.ts';
import { whyWithAlike } from '../why-with-alike.ts';

/** `/v1/events`: submit, list, read, cancel. */
export function eventRoutes(app: OpenAPIHono<AppEnvironment>, dependencies: AppDependencies): void {
  const { events, batches, catalog, deadLetters, isAccepting } = dependencies;
  const parseRequest = createParseRequest(dependencies);
  const submitBatched = createSubmitBatched(dependencies);
  app.post('/v1/events', limitBatched, async (context) => {
    if (!isAccepting())
      return problem(context, { code: 'overloaded', detail: 'this process is stopping', headers: { 'retry-after': '1' } });
    const idempotency = parseIdempotencyKey(context.req.header('idempotency-key'));
    if (!idempotency.ok) return problem(context, { code: 'malformed', detail: idempotency.detail });
    if (cloudEventMode(context) === 'batched') return submitBatched(context, idempotency.key);
    const ifMatch = parseIfMatch(context.req.header('if-match'));
    if (!ifMatch.ok) return problem(context, { code: 'malformed', detail: ifMatch.detail });
    const parsed = await parseRequest(context, idempotency.key);
    if (!parsed.ok) return problem(context, parsed);

    const prefer = context.req.header('prefer');
    const { waitMs, applied } = parsePreference(prefer);
    const { event, ok: _ok, ...asked } = parsed;
    const submitted = await submitEvent(dependencies, withRequestId(event, context), { ...asked, waitMs, ifMatch: ifMatch.versions });
    if (submitted.kind === 'refused') return problem(context, submitted.problem);
    if (prefer !== undefined) context.header('vary', 'Prefer');
    if (applied !== null) context.header('preference-applied', applied);
    if (submitted.kind === 'ended' && waitMs > 0) return context.json(submitted.resource);
    return accepted(context, submitted.event, submitted.joined);
  });

  app.get('/v1/events', async (context) => {
    const query = parseQuery(listQuery, context);
    if (!query.ok) return problem(context, query.problem);
    const { since, batch, ...filter } = query.value;
    if (batch !== undefined) return listItems(context, batch, filter);
    const { subject, ...others } = filter;
    const read = readSubject(catalog, { subject, type: filter.type });
    if (!read.ok) return problem(context, invalidQuery([read.fault]));
    const page = await events.list({
      ...others,
      ...read.filter,
      tenant: context.get('tenant'),
      sinceMs: since === undefined ? undefined : Date.parse(since),
    });
    linkToNext(context, page.nextCursor);
    return context.json(page);
  });

  app.get('/v1/events/:id', async (context) => {
    const key = { tenant: context.get('tenant'), id: context.req.param('id') };
    const found = (await events.get(key)) ?? (await events.compacted(key));
    return found === null ? noSuchEvent(context, key.id) : context.json(found);
  });

  app.get('/v1/events/:id/why', async (context) => {
    const id = context.req.param('id');
    const why = await whyWithAlike(events, deadLetters, { tenant: context.get('tenant'), id });
    return why === null ? noSuchEvent(context, id) : context.json(why);
  });

  app.get('/v1/events/:id/tree', async (context) => {
    const id = context.req.param('id');
    const tree = await readTree(events, { tenant: context.get('tenant'), id });
    return tree === null ? noSuchEvent(context, id) : context.json(tree);
  });

  app.post('/v1/events/:id/cancel', (context) => cancel(context, context.req.param('id')));
  app.delete('/v1/events/:id', (context) => cancel(context, context.req.param('id')));

  describeEvents(app);

  async function cancel(context: Context<AppEnvironment>, id: string): Promise<Response> {
    const cancellation = await events.cancel({ tenant: context.get('tenant'), id });
    if (cancellation === 'not_found') return noSuchEvent(context, id);
    if (cancellation === 'already_ended') return problem(context, { code: 'already_ended', detail: `the event "${id}" has ended` });
    if (cancellation === 'not_cancellable') {
      return problem(context, {
        code: 'not_cancellable',
        detail: `the stages of "${id}" have begun, or may have: a light event can be cancelled only before that, and while it waits`,
      });
    }
    return context.json({ id, status: 'cancelling', links: { self: selfLink(id) } }, 202);
  }

  async function listItems(context: Context<AppEnvironment>, batch: string, filter: Omit<z.output<typeof listQuery>, 'since' | 'batch'>) {
    const { status, limit, cursor, ...others } = filter;
    const [beside] = Object.keys(others);
    if (beside !== undefined) {
      const detail = `of a batch's items only the "status" can be chosen`;
      return problem(context, { code: 'invalid_query', detail: `${beside}: ${detail}`, errors: [{ pointer: beside, detail }] });
    }
    const key = { tenant: context.get('tenant'), id: batch };
    const page = isBatchId(batch) ? await batches.items({ ...key, status, limit, cursor }) : null;
    linkToNext(context, page?.nextCursor ?? null);
    const items = page?.items.map(({ index, ...item }) => ({ ...toEventSummary(item), index })) ?? [];
    return context.json({ items, nextCursor: page?.nextCursor ?? null });
  }
}

const limitBatched: MiddlewareHandler<AppEnvironment> = (context, next) =>
  cloudEventMode(context) === 'batched' ? limitBatch(context, next) : next();

function accepted(context: Context<AppEnvironment>, { id, type, tier }: AcceptedEvent, joined: JoinedRun | undefined): Response {
  const links = eventLinks(id);
  context.header('location', links.self);
  context.header('retry-after', '1');
  const standing = joined === undefined ? { status: 'accepted', joined: false } : { status: joined.status, joined: true, run: joined.run };
  return context.json({ id, type, tier, ...standing, links }, 202);
}

/** Where an event that was accepted is read. */
export function eventLinks(id: string): { readonly self: string; readonly stream: string; readonly why: string } {
  const self = selfLink(id);
  return { self, stream: `${self}/stream`, why: `${self}/why` };
}

export function selfLink(id: string): string {
  return `/v1/events/${encodeURIComponent(id)}`;
}

export function noSuchEvent(context: Context<AppEnvironment>, id: string): Response {
  return problem(context, { code: 'not_found', detail: `there is no event "${id}"` });
}
