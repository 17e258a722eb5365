import { parseMemberId } from '../../../domain/event-id.ts';
import { startOverlapRecorder } from '../../support/overlap-recorder.ts';
import { withReceiver } from '../recorder.ts';
import type { Recorder } from '../recorder.ts';

interface GroupScenario {
  readonly name: string;
  /** Of the third, which leaves. */
  readonly tier: 'normal' | 'low';
}

/** One of its members leaves, and the callback of another is not taken at first. */
export async function recordGroup({ post, save, untilDelivered }: Recorder, { name, tier }: GroupScenario): Promise<void> {
  const recorder = await startOverlapRecorder();
  await withReceiver(async (receiver) => {
    receiver.respond((_request, index) => (index === 1 ? 400 : 200));
    const event = { type: 'test-grouped', data: { port: recorder.port }, callback: { url: receiver.url } };
    const failing = { ...event, tier, data: { ...event.data, failures: 1 } };
    const ids = await Promise.all([event, event, failing, event].map((body) => post('/v1/events', body)));
    await untilDelivered(ids);
    await save(name, parseMemberId(ids[2] ?? '')?.groupId ?? '');
    await save(`${name}-left`, ids[2] ?? '');
  });
  recorder.close();
}

/** One that nothing comes together with, and that fails at first. */
export async function recordRetriedAtOnce({ post, save, untilDelivered }: Recorder): Promise<void> {
  const recorder = await startOverlapRecorder();
  await withReceiver(async ({ url }) => {
    const id = await post('/v1/events', { type: 'test-grouped', data: { port: recorder.port, failures: 1 }, callback: { url } });
    await untilDelivered([id]);
    await save('light-at-once-retried', id);
  });
  recorder.close();
}
