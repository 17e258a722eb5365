import { expect, it } from 'vitest';
import { parseAsyncBatch } from '../../../events/sessions/older/legacy-input.ts';
import type { LegacyBatch } from '../../../events/sessions/older/legacy-input.ts';

const talk = { event: 'NodeConf', session: 'Time', url: 'https://x.example/talk', filename: 'time.md', track: 'Main' };
const asked = { batch_id: 'b', webhook_url: 'https://hook.example/in', webhook_headers: { a: '1' }, events: [talk] };

function parse(body: unknown): LegacyBatch {
  const parsed = parseAsyncBatch(body, () => 'made', new Map());
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.value;
}

it('gives each item its id by index and the settings of the batch, unless it has its own', () => {
  const own = {
    ...talk,
    event_id: 'not used',
    webhook_url: 'https://own.example/',
    webhook_headers: {},
    include_markdown: false,
    webhook_progress: true,
  };

  const { items } = parse({ ...asked, include_metadata: false, events: [talk, own] });

  expect(items).toMatchObject([
    {
      ok: true,
      format: { eventId: 'b_0', includeMarkdown: true, includeMetadata: false },
      envelope: { type: 'session', callback: { url: asked.webhook_url, headers: { a: '1' }, progress: false } },
    },
    {
      ok: true,
      format: { eventId: 'b_1', includeMarkdown: false, includeMetadata: false },
      envelope: { callback: { url: 'https://own.example/', headers: {}, progress: true } },
    },
  ]);
});

it('says what is wrong with an item that is invalid, and keeps the others', () => {
  const { items } = parse({ ...asked, events: [talk, { ...talk, day: 'Monday' }, 7] });

  expect(items.map(({ ok }) => ok)).toEqual([true, false, false]);
  expect(items[1]).toMatchObject({ format: { eventId: 'b_1' }, errors: [{ pointer: 'day' }] });
});

it.each<[string, unknown, string]>([
  ['no events', { ...asked, events: [] }, 'events'],
  ['no list', { ...asked, events: undefined }, 'events'],
  ['no webhook', { ...asked, webhook_url: undefined }, 'webhook_url'],
  ['an empty id', { ...asked, batch_id: '' }, 'batch_id'],
])('refuses a batch with %s', (_what, body, pointer) => {
  expect(parseAsyncBatch(body, () => 'made', new Map())).toMatchObject({ ok: false, errors: [{ pointer }] });
});
