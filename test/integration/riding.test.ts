import { expect, it } from 'vitest';
import type { EventResource } from '../../domain/event-resource.ts';
import { startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { submitNoise } from '../support/submit-noise.ts';
import { useReceiver, useService } from '../support/use-service.ts';

const service = useService();

const receiver = useReceiver();

it('lets a slow receiver finish, sends it nothing twice, and holds no event up for more than a second', async () => {
  const release = answerLate();
  const id = await submitNoise(service, receiver.url);
  const workflow = service.client.workflow.getHandle(id);
  await workflow.result();
  const handedOver = (await deliveryOf(id)).status.name;
  release();

  const { callback } = await delivered(id);

  expect(handedOver).toBe('RUNNING');
  expect(callback.attempts).toMatchObject([{ status: 200 }]);
  expect(receiver.requests).toHaveLength(1);
});

it('goes on by the schedule with what a slow receiver answers', async () => {
  const release = answerLate();
  const id = await submitNoise(service, receiver.url);
  await service.client.workflow.getHandle(id).result();
  receiver.respond(() => 204);
  release(500);

  expect((await delivered(id)).callback.attempts).toMatchObject([{ status: 500 }, { status: 204 }]);
});

it('rides no more to an origin that was slow or failing, until it is well again', async () => {
  receiver.respond((_request, index) => (index === 0 ? 500 : 200));
  await delivered(await submitNoise(service, receiver.url));
  const afterFailure = await submitNoise(service, receiver.url);
  await delivered(afterFailure);

  expect(await rode(afterFailure)).toBe(false);
  await until('events ride again', async () => {
    const id = await submitNoise(service, receiver.url);
    await delivered(id);
    return rode(id);
  });
});

it('opens more connections to a receiver that takes its time and answers well', async () => {
  let most = 0;
  // The first sixteen are answered when all of them have come: from then on there may be more.
  receiver.respond(async (_request, index) => {
    most = Math.max(most, receiver.sockets.open);
    if (index < 16) await receiver.waitFor((requests) => requests.length >= 16);
    else await receiver.waitFor((requests) => requests.length >= 16 + 17);
    return 200;
  });
  const ids = await Promise.all(Array.from({ length: 40 }, () => submitNoise(service, receiver.url)));
  await Promise.all(ids.map(delivered));

  expect(most).toBeGreaterThan(16);
  expect(receiver.requests).toHaveLength(40);
});

it('keeps events to a receiver that hangs from holding up those to a healthy one', async () => {
  const healthy = await startReceiver();
  receiver.respond(() => 'hang');
  await Promise.all(Array.from({ length: 40 }, () => submitNoise(service, receiver.url)));
  const ids = await Promise.all(Array.from({ length: 10 }, () => submitNoise(service, healthy.url)));
  await Promise.all(ids.map(delivered));

  expect(new Set(healthy.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(10);
  expect(receiver.sockets.open).toBeLessThanOrEqual(16);
  await healthy.close();
});

/** The receiver answers the first request when it is told to. */
function answerLate(): (status?: number) => void {
  let release = (_status?: number): void => undefined;
  const released = new Promise<number>((resolve) => {
    release = (status = 200) => resolve(status);
  });
  receiver.respond(() => released);
  return (status) => release(status);
}

async function deliveryOf(id: string) {
  return service.client.workflow.getHandle(`${id}~callback.1`).describe();
}

/** No delivery was needed for it. */
async function rode(id: string): Promise<boolean> {
  return deliveryOf(id).then(
    () => false,
    () => true,
  );
}

async function delivered(id: string): Promise<EventResource> {
  return until(`the callback of "${id}" is delivered`, async () => {
    const event = (await (await service.app.request(`/v1/events/${id}`)).json()) as EventResource;
    return event.callback.status === 'delivered' && event;
  });
}
