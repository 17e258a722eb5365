import { expect, it } from 'vitest';
import type { CallbackPost } from '../../../activities/callbacks/post-callback.ts';
import { createRenderBody } from '../../../activities/callbacks/render-body.ts';
import { createTellProgress } from '../../../activities/callbacks/tell-progress.ts';
import type { ProgressMessage } from '../../../domain/callback-message.ts';

const message: ProgressMessage = {
  target: {
    kind: 'batch',
    tenant: 'default',
    owner: 'b~batch',
    run: 2,
    callback: { url: 'https://example.org/hook', headers: { 'x-key': '1' }, progress: true },
  },
  message: { type: 'batch.progress', timestamp: '2026-01-01T00:00:00.000Z', data: { percent: 50 } },
  number: 1_000,
};

function prepare(isTroubled: boolean) {
  const posts: CallbackPost[] = [];
  const origins = { admit: () => (isTroubled ? ('skip' as const) : ('send' as const)) };
  const post = async (sent: CallbackPost) => {
    posts.push(sent);
    return { at: '2026-01-01T00:00:00.000Z', status: 500, durationMs: 1, error: 'http_500' };
  };
  return {
    posts,
    tellProgress: createTellProgress({ post, origins, renderBody: createRenderBody({ formats: new Map(), now: Date.now }) }),
  };
}

it('is posted once, under an id of its own, whatever becomes of it', async () => {
  const { posts, tellProgress } = prepare(false);
  await tellProgress(message);

  expect(posts).toEqual([
    {
      url: 'https://example.org/hook',
      headers: { 'x-key': '1' },
      webhookId: expect.stringMatching(/^bat_/),
      body: JSON.stringify(message.message),
    },
  ]);
});

it('has an id of its own in its batch', async () => {
  const { posts, tellProgress } = prepare(false);
  await tellProgress(message);
  await tellProgress({ ...message, number: 2_000 });
  await tellProgress({ ...message, target: { ...message.target, owner: 'c~batch' } });

  expect(new Set(posts.map(({ webhookId }) => webhookId)).size).toBe(3);
});

it('is not sent where there is trouble enough', async () => {
  const { posts, tellProgress } = prepare(true);
  await tellProgress(message);

  expect(posts).toEqual([]);
});
