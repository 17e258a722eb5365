import { expect } from 'vitest';
import type { BatchResource } from '../../domain/batch-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import type { TestService } from './in-process-service.ts';
import { until } from './until.ts';

type Service = Pick<TestService, 'app'>;

export async function get({ app }: Service, path: string): Promise<unknown> {
  const response = await app.request(path);
  const body: unknown = await response.json();
  expect([path, response.status, response.status === 200 ? null : body]).toEqual([path, 200, null]);
  return body;
}

export async function post({ app }: Service, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return app.request(path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
}

export async function readEvent(service: Service, id: string): Promise<EventResource> {
  return (await get(service, `/v1/events/${id}`)) as EventResource;
}

/** The event once it has ended and its callback has been sent. */
export async function calledBack(service: Service, id: string): Promise<EventResource> {
  return until(`"${id}" has ended`, async () => {
    const event = await readEvent(service, id);
    return event.completedAt !== null && event.callback.status !== 'pending' && event;
  });
}

/** What tests ask of the one service that they have. */
export function requestsTo(service: Service) {
  /** What was accepted, by its id. */
  async function submit(path: '/v1/events' | '/v1/batches', body: object): Promise<string> {
    const response = await post(service, path, body);
    expect(response.status).toBe(202);
    return ((await response.json()) as { readonly id: string }).id;
  }

  async function readBatch(id: string): Promise<BatchResource> {
    return (await get(service, `/v1/batches/${id}`)) as BatchResource;
  }

  return {
    get: (path: string) => get(service, path),
    post: (path: string, body: unknown, headers?: Record<string, string>) => post(service, path, body, headers),
    submitEvent: (event: object) => submit('/v1/events', event),
    submitBatch: (batch: object) => submit('/v1/batches', batch),
    readEvent: (id: string) => readEvent(service, id),
    calledBack: (id: string) => calledBack(service, id),
    readBatch,
    endedBatch: (id: string) =>
      until('the batch has ended', async () => {
        const batch = await readBatch(id);
        return batch.completedAt !== null && batch;
      }),
  };
}
