import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, it, vi } from 'vitest';
import { createRideCallbacks } from '../../../activities/ride-callbacks.ts';
import type { SendRiding } from '../../../activities/send-riding.ts';
import type { Ride } from '../../../domain/callback-message.ts';

const sent: Ride = { kind: 'sent', attempt: { at: '', status: 204, durationMs: 1, error: null }, nextAttemptAfterMs: null };

function callbackTo(url: string) {
  return {
    version: 1,
    target: { kind: 'event', tenant: 'default', owner: 'a', run: 1, callback: { url, headers: {}, progress: false } },
    message: { type: 'event.completed', timestamp: '', recordedAt: '', data: {} },
  } as const;
}

it('sends each callback beside the others, without a workflow task to hold up nor an owner, and tells of them in order', async () => {
  const sendRiding = vi.fn<SendRiding>(async ({ target }) => {
    if (target.callback.url.includes('broken')) throw new Error('cut off');
    return target.callback.url.includes('slow') ? { kind: 'handed_over', sender: 'sender~a' } : sent;
  });
  const rideCallbacks = createRideCallbacks({ sendRiding });
  const urls = ['https://slow.example/1', 'https://well.example/2', 'https://broken.example/3', 'https://well.example/4'];
  const env = new MockActivityEnvironment({ isLocal: false });
  const { rides } = (await env.run(rideCallbacks, { callbacks: urls.map(callbackTo) })) as { rides: readonly Ride[] };
  expect(rides).toEqual([{ kind: 'handed_over', sender: 'sender~a' }, sent, { kind: 'declined' }, sent]);
  expect(sendRiding).toHaveBeenCalledTimes(4);
  expect(sendRiding.mock.calls[0]?.[1]).toEqual({ alone: false, owner: null });
});
