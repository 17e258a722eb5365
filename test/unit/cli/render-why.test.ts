import { expect, it } from 'vitest';
import { renderWhy } from '../../../cli/render.ts';

it('shows what an event has failed of, a line for each stage or handler', () => {
  const shown = renderWhy(
    {
      id: 'o-1',
      status: 'partial',
      reason: 'ended',
      summary: 'Its stages are complete, but its handler mail failed.',
      since: null,
      details: {
        failures: [
          { at: 'mail', code: 'timeout', message: 'it took too long', attempts: 3, event: 'o-1~h.mail' },
          { at: null, code: 'terminated', message: 'the workflow was terminated', attempts: 1 },
        ],
        replay: 'as_is',
      },
    },
    (status) => status,
  );

  expect(shown.split('\n').map((line) => line.trim())).toEqual([
    'o-1  partial  Its stages are complete, but its handler mail failed.',
    expect.stringMatching(/^failed +mail {2}3 attempts {2}timeout: it took too long$/),
    expect.stringMatching(/^failed +– {2}1 attempt {2}terminated: the workflow was terminated$/),
    expect.stringMatching(/^replay +as_is$/),
    '',
  ]);
});
