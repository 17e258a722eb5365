import { afterAll, beforeAll, describe } from 'vitest';
import { createApiUnderTest } from './api-under-test.ts';
import type { ContractSubject } from './api-under-test.ts';
import { accepting } from './accepting.ts';
import { batches } from './batches.ts';
import { cancelling } from './cancelling.ts';
import { cleaningUp } from './cleaning-up.ts';
import { cloudEvents } from './cloud-events.ts';
import { refusingCloudEvents } from './refusing-cloud-events.ts';
import { describing } from './describing.ts';
import { handling } from './handling.ts';
import { followUps } from './follow-ups.ts';
import { joining } from './joining.ts';
import { listing } from './listing.ts';
import { surrounding } from './middleware.ts';
import { reading } from './reading.ts';
import { redelivering } from './redelivering.ts';
import { replaying } from './replaying.ts';
import { refusing } from './refusing.ts';
import { refusingInvalidEvents } from './refusing-invalid-events.ts';
import { streaming } from './streaming.ts';
import { subjects } from './subjects.ts';
import { timing } from './timing.ts';

/** What the event API promises, whatever keeps and runs the events behind it. */
export function describeEventContract({ start }: { readonly start: () => Promise<ContractSubject> }): void {
  let subject: ContractSubject;
  const api = createApiUnderTest(() => subject);

  beforeAll(async () => {
    subject = await start();
  });
  afterAll(() => subject.stop());

  describe('accepting an event', () => accepting(api));
  describe('joining an event by its id', () => joining(api));
  describe('reading an event', () => reading(api));
  describe('a timeout', () => timing(api));
  describe('middleware', () => surrounding(api));
  describe('cancelling an event', () => cancelling(api));
  describe('cleaning up after a cancelled event', () => cleaningUp(api));
  describe('handing an event to its handlers', () => handling(api));
  describe('sending a callback again', () => redelivering(api));
  describe('replaying an event', () => replaying(api));
  describe('watching an event', () => streaming(api));
  describe('listing events', () => listing(api));
  describe('a subject and its events', () => subjects(api));
  describe('what handlers emit', () => followUps(api));
  describe('refusing a request', () => refusing(api));
  describe('refusing an invalid event', () => refusingInvalidEvents(api));
  describe('a batch', () => batches(api));
  describe('a CloudEvent', () => cloudEvents(api));
  describe('refusing a CloudEvent', () => refusingCloudEvents(api));
  describe('describing the service', () => describing(api));
}
