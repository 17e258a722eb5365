import { describe, expect, it } from 'vitest';
import type { ApiUnderTest } from './api-under-test.ts';

export function surrounding(api: ApiUnderTest): void {
  describe.each(['test-surrounded', 'test-surrounded-heavy'])('the stages of %s', (type) => {
    it('run inside of the middleware, whose value is kept', async () => {
      expect(await api.run({ type, data: { how: 'well' } })).toMatchObject({
        status: 'completed',
        result: { meaning: { traced: `meaning of ${type}` }, action: { traced: `action of ${type}`, checked: true } },
      });
    });

    it('do not run where it calls no next', async () => {
      expect((await api.run({ type, data: { how: 'skip' } })).result?.['action']).toEqual({ skipped: 'action' });
    });

    it.each([
      ['refuse', 'not_allowed'],
      ['twice', 'handler_failed'],
    ])('fail as it throws: %s', async (how, code) => {
      expect(await api.run({ type, data: { how } })).toMatchObject({
        status: 'failed',
        error: { code, stage: 'action' },
        attempts: { meaning: 1, action: 1 },
      });
    });
  });
}
