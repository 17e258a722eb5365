import { subjectWorkflowId } from '../../../temporal/durable/workflow-ids.ts';
import { withReceiver } from '../recorder.ts';
import type { Recorder } from '../recorder.ts';

/** One after the other, each in a turn of its own; the first callback is not taken at first. It goes on. */
export async function recordSubject({ post, saveOpen, untilDelivered }: Recorder): Promise<void> {
  await withReceiver(async (receiver) => {
    receiver.respond((_request, index) => (index === 0 ? 503 : 200));
    for (const type of ['shock', 'joy', 'shock']) {
      await untilDelivered([await post('/v1/events', { ...lifeEvent(type, 'life-1'), id: type, callback: { url: receiver.url } })]);
    }
  });
  await saveOpen('hold-subject', subjectWorkflowId({ tenant: 'default', type: 'life', id: 'life-1' }));
}

/** A single event. */
export async function recordLoneSubject({ post, saveOpen, untilDelivered }: Recorder): Promise<void> {
  await withReceiver(async ({ url }) => {
    await untilDelivered([await post('/v1/events', { ...lifeEvent('shock', 'life-2'), callback: { url } })]);
  });
  await saveOpen('hold-subject-alone', subjectWorkflowId({ tenant: 'default', type: 'life', id: 'life-2' }));
}

/** Eight at once, which gather while the first is under way; one of them fails. */
export async function recordGatheredSubject({ post, saveOpen, untilDelivered }: Recorder): Promise<void> {
  await withReceiver(async ({ url }) => {
    const events = Array.from({ length: 8 }, (_, index) => ({
      type: 'test-counted',
      subject: 'gathered',
      data: { add: 1, fail: index === 4 },
      callback: { url },
    }));
    await untilDelivered(await Promise.all(events.map((event) => post('/v1/events', event))));
  });
  await saveOpen('hold-subject-gathered', subjectWorkflowId({ tenant: 'default', type: 'test-counter', id: 'gathered' }));
}

function lifeEvent(type: string, subject: string) {
  return { type, subject, data: { intensity: 0.5 } };
}
