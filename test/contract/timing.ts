import { describe, expect, it } from 'vitest';
import type { ApiUnderTest } from './api-under-test.ts';

export function timing(api: ApiUnderTest): void {
  describe.each(['test-timed', 'test-timed-heavy'])('the time for all attempts of %s', (type) => {
    it('is enough for one that is quick', async () => {
      expect(await api.run({ type, data: { how: 'well' } })).toMatchObject({ status: 'completed', result: { action: { attempt: 1 } } });
    });

    it('ends an attempt that takes longer, though its stage has more, and no other begins', async () => {
      const { status, error, attempts } = await api.run({ type, data: { how: 'slowly' } });

      expect({ status, error, attempts }).toMatchObject({
        status: 'failed',
        error: {
          code: 'timeout',
          stage: 'action',
          message: expect.stringMatching(/^not done within 600 ms in all: not done within \d+ ms$/),
        },
        attempts: { action: 1 },
      });
    });

    it('ends an event whose next attempt would begin after it, at once and with what the last one failed with', async () => {
      const { status, error, attempts } = await api.run({ type, data: { how: 'again' } });

      expect({ status, error, attempts }).toMatchObject({
        status: 'failed',
        error: { code: 'timeout', stage: 'action', message: expect.stringMatching(/^not done within 600 ms in all: attempt \d failed$/) },
      });
      expect(attempts['action']).toBeLessThan(5);
    });
  });
}
