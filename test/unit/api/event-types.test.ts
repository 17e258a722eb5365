import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineEvent } from '../../../domain/define-event.ts';
import { startMemoryApp } from './memory-app.ts';

it('describes a type whose data JSON schema cannot wholly express', async () => {
  const dated = defineEvent({
    type: 'dated',
    data: z.object({ due: z.coerce.date(), name: z.string().transform((name) => name.length) }),
    tier: ({ data }) => (data.name > 3 ? 'high' : 'low'),
    handler: () => null,
  });
  const { app } = startMemoryApp({ definitions: [dated] });
  const answer = await app.request('/v1/event-types/dated');
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({
    type: 'dated',
    summary: '',
    tier: null,
    schema: { properties: { due: {}, name: { type: 'string' } } },
  });
});
