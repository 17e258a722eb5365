import { parseMemberId } from '../../../domain/event-id.ts';
import { startOverlapRecorder } from '../../support/overlap-recorder.ts';
import { withReceiver } from '../recorder.ts';
import type { Recorder } from '../recorder.ts';

/** Of those that come together one leaves, and the callback of another is not taken at first. */
export async function recordTogether({ post, save, untilDelivered }: Recorder): Promise<void> {
  const recorder = await startOverlapRecorder();
  await withReceiver(async (receiver) => {
    receiver.respond((_request, index) => (index === 1 ? 400 : 200));
    const event = { type: 'test-grouped', data: { port: recorder.port }, callback: { url: receiver.url } };
    const failing = { ...event, tier: 'low', data: { ...event.data, failures: 1 } };
    const ids = await Promise.all([event, event, failing, event].map((body) => post('/v1/events', body)));
    await untilDelivered(ids);
    await save('light-together', parseMemberId(ids[2] ?? '')?.chunkId ?? '');
    await save('light-together-left', ids[2] ?? '');
  });
  recorder.close();
}
