import { until } from '../../support/until.ts';
import { withReceiver } from '../recorder.ts';
import type { Recorder } from '../recorder.ts';

const REFUSED = { behave: { quick: 'refuse', other: 'fail-once' } };

/** Events with handlers: called where the stages ran, or each by itself. */
export async function recordHandlers(recorder: Recorder): Promise<void> {
  const { post, read, request, save, untilDelivered } = recorder;
  await withReceiver(async (receiver) => {
    const submit = (event: Readonly<Record<string, unknown>>): Promise<string> => post('/v1/events', { ...event, callback: { url: receiver.url } });

    const inline = await submit({ type: 'test-ordered', data: {} });
    await untilDelivered([inline]);
    await save('handled', inline);

    const apart = await submit({ type: 'test-ordered', data: REFUSED });
    await untilDelivered([apart]);
    await save('handled-apart', apart);
    await save('handled-apart-failed', `${apart}~h.quick`);
    await save('handled-apart-waited', `${apart}~h.other`);

    const heavy = await submit({ type: 'test-handled-slowly', data: { call: ['heavy', 'limited'] } });
    await untilDelivered([heavy]);
    await save('handled-heavy', heavy);
    await save('handled-heavy-limited', `${heavy}~h.limited`);

    const hanging = await submit({ type: 'test-topic', data: { call: ['heavy'], behave: { heavy: 'hang' } } });
    await until('it waits for its handler', async () => (await read(hanging)).handlers['heavy']?.status === 'running');
    await request(`/v1/events/${hanging}/cancel`, { method: 'POST' });
    await untilDelivered([hanging]);
    await save('handled-cancelled', hanging);

    const left = await submit({ type: 'test-handled-of-subject', subject: 'recorded', data: REFUSED });
    await untilDelivered([left]);
    await save('handled-of-subject', left);
    await recorder.saveOpen('hold-subject-with-handlers', '~subject/default/test-handled-account/recorded');

    const batch = await post('/v1/batches', { id: 'handled', events: [{ type: 'test-ordered', data: REFUSED }] });
    await until('it has ended', async () => (await (await request(`/v1/batches/${batch}`)).text()).includes('"status":"completed"'));
    await save('handled-item', (await read(`${batch}_0`)).workflow.id);
  });
}
