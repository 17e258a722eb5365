import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { defineEvent } from '../../../domain/define-event.ts';
import { defineSubject } from '../../../domain/define-subject.ts';
import { startMemoryApp } from './memory-app.ts';

const account = defineSubject<{ readonly sum: number }>({
  type: 'account',
  initial: () => ({ sum: 0 }),
  apply: (state) => state,
  show: () => {
    throw new Error('not shown');
  },
});
const definitions = [
  defineEvent({
    type: 'sample',
    data: z.object({ fail: z.boolean() }),
    tier: ({ data }) => {
      if (data.fail) throw new Error('no tier');
      return 'normal';
    },
    handler: () => null,
  }),
  defineEvent({ type: 'deposit', data: z.unknown(), tier: 'normal', subject: account, handler: () => null }),
  defineEvent({
    type: 'looked-up',
    data: z.object({ name: z.string() }).refine(async ({ name }) => Promise.resolve(name === 'known'), 'nobody knows it'),
    tier: 'normal',
    handler: () => null,
  }),
];
const memory = startMemoryApp({ definitions });

afterEach(() => memory.stop());

async function post(path: string, body: unknown): Promise<Response> {
  return memory.request(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

it('accepts nothing of which its type can’t say what it is, and says why', async () => {
  const refused = await post('/v1/events', { type: 'sample', id: 'a', data: { fail: true } });
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).not.toBeNull();
  expect(await refused.json()).toMatchObject({ code: 'type_blocked', detail: expect.stringMatching(/"sample".*no tier/) });
  expect((await memory.request('/v1/events/a')).status).toBe(404);
});

it('fails such an item, and none beside it', async () => {
  const events = [false, true, false].map((fail) => ({ type: 'sample', data: { fail } }));
  const accepted = await post('/v1/batches', { id: 'batch', events });
  expect(accepted.status).toBe(202);
  expect(await accepted.json()).toMatchObject({ rejected: [{ index: 1, errors: [{ detail: expect.stringContaining('no tier') }] }] });
});

it('says so where a subject’s state can’t be shown', async () => {
  expect((await post('/v1/events', { type: 'deposit', subject: 'mine' })).status).toBe(202);
  const refused = await memory.request('/v1/subjects/account/mine');
  expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'type_blocked' }]);
});

it('waits for schemas that look something up', async () => {
  expect((await post('/v1/events', { type: 'looked-up', data: { name: 'known' } })).status).toBe(202);
  const refused = await post('/v1/events', { type: 'looked-up', data: { name: 'other' } });
  expect(await refused.json()).toMatchObject({ code: 'invalid_event', errors: [{ pointer: '/data', detail: 'nobody knows it' }] });
});
