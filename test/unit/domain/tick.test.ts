import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineEvent } from '../../../domain/define-event.ts';
import { toTickEvent } from '../../../domain/tick-event.ts';

it('makes an event without content, by its type', () => {
  const definition = defineEvent({
    type: 'tick',
    data: z.object({ reason: z.string().optional() }).default({}),
    tier: 'low',
    handler: () => null,
  });
  const accepted = { adapted: null, ok: true, data: {}, tier: 'low', urgency: 0, limits: [] } as const;
  const event = toTickEvent(definition, accepted)({ tenant: 'acme', type: 'life', id: 'a' }, { uuid: '1-2', atMs: 0 });
  expect(event).toMatchObject({
    id: 's~life~a~e~1-2',
    ownId: null,
    type: 'tick',
    subject: 'a',
    time: '1970-01-01T00:00:00.000Z',
    data: {},
    tier: 'low',
    urgency: 0,
    tenant: 'acme',
    plan: { weight: 'light', stages: ['action'], subjectType: 'life' },
  });
});
