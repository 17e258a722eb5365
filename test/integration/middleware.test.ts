import { expect, it } from 'vitest';
import { requestsTo } from '../support/requests.ts';
import { useService } from '../support/use-service.ts';

const { submitEvent, calledBack: ended } = requestsTo(useService({}, { hosts: true }));

it.each(['test-surrounded', 'test-surrounded-heavy'])('is read from the config where the handlers of %s run', async (type) => {
  const id = await submitEvent({ type, data: { how: 'well' } });

  expect(await ended(id)).toMatchObject({
    status: 'completed',
    result: { meaning: { traced: `meaning of ${type}` }, action: { traced: `action of ${type}`, checked: true } },
  });
});
