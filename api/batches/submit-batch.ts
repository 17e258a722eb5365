import type { Context } from 'hono';
import type { BatchResource } from '../../domain/batch-resource.ts';
import type { Fault } from '../../domain/fault.ts';
import type { AppDependencies, AppEnvironment } from '../app.ts';
import type { IdempotencyKey } from '../id-of-key.ts';
import { problem } from '../problem.ts';
import { createItemCheck, RefusedBatch, TooManyItems } from './item-check.ts';
import type { ItemCheck, ItemCheckOptions } from './item-check.ts';
import type { AskedBatch } from './parse-batch.ts';
import type { RawItem } from './to-item.ts';

/** A batch as a request asks for it. */
export interface BatchRequest extends Pick<ItemCheckOptions, 'isStrict' | 'toItem'> {
  readonly batch: AskedBatch;
  readonly idempotencyKey: IdempotencyKey | null;
  readonly items: AsyncIterable<RawItem>;
}

/** Creates what submits a batch and answers its request, whichever form it came in. */
export function createSubmitBatch({ batches, parseBatch }: Pick<AppDependencies, 'batches' | 'parseBatch'>) {
  return async function submitBatch(
    context: Context<AppEnvironment>,
    { batch, idempotencyKey, isStrict, items, toItem }: BatchRequest,
  ): Promise<Response> {
    const parsed = parseBatch(batch, { tenant: context.get('tenant'), idempotencyKey });
    if (!parsed.ok) return invalidBatch(context, parsed.errors);
    const { settings, isRepeatable } = parsed;
    const check = createItemCheck({ settings, isRepeatable, isStrict, toItem });
    let joined: BatchResource | null = null;
    try {
      const submission = await batches.submit({ settings, items: check.of(items), fingerprint: check.fingerprint });
      if (submission.kind === 'conflict') {
        return problem(context, { code: 'id_conflict', detail: `the id "${settings.id}" was used before, with other content` });
      }
      if (submission.kind === 'joined') joined = await batches.get(settings);
    } catch (error) {
      if (error instanceof RefusedBatch) return invalidBatch(context, error.errors);
      if (error instanceof TooManyItems) return problem(context, { code: 'too_large', detail: error.message });
      throw error;
    }
    return accepted(context, settings.id, check, joined);
  };
}

/** @param joined the earlier batch that it turned out to be */
function accepted(context: Context<AppEnvironment>, id: string, check: ItemCheck, joined: BatchResource | null): Response {
  const { total, rejected, rejectedCount } = check;
  const links = linksOf(id);
  context.header('location', links.self);
  context.header('retry-after', '1');
  const standing = joined === null ? { status: 'accepted', joined: false } : { status: joined.status, joined: true, run: joined.run };
  return context.json({ id, ...standing, total, accepted: total - rejectedCount, rejected, rejectedCount, links }, 202);
}

export function linksOf(id: string): { readonly self: string; readonly items: string; readonly stream: string } {
  const self = `/v1/batches/${encodeURIComponent(id)}`;
  return { self, items: `${self}/items`, stream: `${self}/stream` };
}

export function invalidBatch(context: Context, errors: readonly Fault[]): Response {
  const [first] = errors;
  return problem(context, { code: 'invalid_event', detail: `${first?.pointer}: ${first?.detail}`, errors });
}
