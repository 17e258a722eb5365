import { expect } from 'vitest';
import type { EventResource } from '../../domain/event-resource.ts';
import type { TestService } from './in-process-service.ts';
import { until } from './until.ts';

type Service = Pick<TestService, 'app'>;

export async function readEvent({ app }: Service, id: string): Promise<EventResource> {
  const response = await app.request(`/v1/events/${id}`);
  expect(response.status).toBe(200);
  return (await response.json()) as EventResource;
}

/** The event once it has ended and its callback has been sent. */
export async function calledBack(service: Service, id: string): Promise<EventResource> {
  return until(`"${id}" has ended`, async () => {
    const event = await readEvent(service, id);
    return event.completedAt !== null && event.callback.status !== 'pending' && event;
  });
}
