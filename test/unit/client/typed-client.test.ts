import { expect, it } from 'vitest';
import { z } from 'zod';
import { createClient } from '../../../client/create-typed-client.ts';
import { verifyWebhook } from '../../../client/verify-webhook.ts';
import { signWebhook } from '../../../client/sign-webhook.ts';
import { defineEvent } from '../../../domain/define-event.ts';
import { PermanentError } from '../../../domain/handler-errors.ts';
import { startMemoryApp } from '../api/memory-app.ts';

const priced = defineEvent({
  type: 'priced',
  data: z.object({ cents: z.int() }),
  tier: 'normal',
  meaning: ({ data }) => ({ isLarge: data.cents > 100 }),
  action: ({ data }, decision) => {
    if (data.cents > 1_000) throw new PermanentError('too_dear', 'nobody pays that');
    return { decision, bought: true };
  },
});
const noted = defineEvent({ type: 'noted', data: z.object({ text: z.string() }), tier: 'low', handler: ({ data }) => data.text });
const shipped = defineEvent({
  type: 'shipped',
  data: z.object({ cents: z.int() }),
  tier: 'normal',
  stages: [
    ['price', ({ data }) => ({ isLarge: data.cents > 100 })],
    ['ship', async (_event, { isLarge }) => (isLarge ? ('lorry' as const) : ('bike' as const))],
  ],
});
const events = [priced, noted, shipped] as const;

it('knows what each type takes and gives', async () => {
  const memory = startMemoryApp({ definitions: events });
  const fetchThere: typeof fetch = (input, init) => memory.request(new Request(input).url.replace('http://there', ''), init);
  const client = createClient<typeof events>({ url: 'http://there', fetch: fetchThere });

  const sent = await client.send('priced', { cents: 1 }, { id: 'o-1', waitMs: 5_000 });
  const bought: boolean | undefined = sent.result?.action.bought;
  expect([sent.id, sent.status, bought, sent.result?.meaning.isLarge]).toEqual(['o-1', 'completed', true, false]);
  const failed = await client.send('priced', { cents: 1_001 }, { waitMs: 5_000 });
  expect(failed).toMatchObject({ status: 'failed', result: null, error: { code: 'too_dear' } });
  const patch = [{ op: 'replace', path: '/cents', value: 2 }] as const;
  expect(await client.replay(failed.id, { patch, waitMs: 5_000 })).toMatchObject({ id: failed.id, run: 2, status: 'completed' });
  await expect(client.replay(failed.id)).rejects.toMatchObject({ code: 'not_replayable' });
  const note: string | undefined = (await client.send('noted', { text: 'a' }, { waitMs: 5_000 })).result?.action;
  expect(note).toBe('a');
  const { result } = await client.send('shipped', { cents: 101 }, { waitMs: 5_000 });
  const by: 'lorry' | 'bike' | undefined = result?.ship;
  expect([by, result]).toEqual(['lorry', { price: { isLarge: true }, ship: 'lorry' }]);
  // @ts-expect-error -- it names its stages otherwise
  expect(result?.action).toBeUndefined();
  expect(await client.send('noted', { text: 'b' })).toMatchObject({ type: 'noted', status: 'accepted', result: null, error: null });

  const states = [];
  for await (const state of client.watch('o-1')) states.push(state.status);
  expect(states.at(-1)).toBe('completed');

  // @ts-expect-error -- a number of cents is asked for
  await expect(client.send('priced', { orderId: 1 })).rejects.toMatchObject({ code: 'invalid_event' });
  // @ts-expect-error -- there is no such type
  await expect(client.send('price', { cents: 1 })).rejects.toMatchObject({ code: 'unknown_type' });
  await memory.stop();
});

it('signs what receivers find right', async () => {
  const secrets = [`whsec_${btoa('a'.repeat(32))}`];
  const body = '{"a":1}';
  const headers = await signWebhook({ secrets, id: 'msg-1', timestampSeconds: Math.floor(Date.now() / 1_000), body });
  expect(await verifyWebhook({ secrets, headers, body })).toMatchObject({ ok: true, id: 'msg-1' });
  expect(await verifyWebhook({ secrets, headers, body: `${body} ` })).toMatchObject({ ok: false });
});
