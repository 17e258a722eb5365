import { describe, expect, it } from 'vitest';
import type { ApiUnderTest } from './api-under-test.ts';
import { expectProblem, newId } from './api-under-test.ts';

const HOUR_MS = 3_600_000;

export function cleaningUp(api: ApiUnderTest): void {
  describe.each([
    ['test-cleaned', 'waiting'],
    ['test-cleaned-heavy', 'running'],
  ] as const)('%s', (type, status) => {
    it.each(['POST', 'DELETE'])('is cleaned up after where it has begun, cancelled by %s', async (method) => {
      const id = await begun({ type, data: {} });

      const path = method === 'POST' ? `/v1/events/${id}/cancel` : `/v1/events/${id}`;
      expect((await api.send(method, path)).status).toBe(202);

      expect(await api.readUntil(id, 'cancelled')).toMatchObject({
        status: 'cancelled',
        stage: null,
        error: null,
        result: { reserve: { seat: 7 }, pay: null },
        attempts: { reserve: 1, pay: 1 },
        cleanup: { status: 'completed' },
      });
      expectProblem(await api.send(method, path), 409, 'already_ended');
    });

    it('is called once, with the results so far, and what it throws is on record', async () => {
      const id = await begun({ type, data: { clean: 'badly' } });

      await api.send('POST', `/v1/events/${id}/cancel`);

      const { cleanup } = await api.readUntil(id, 'cancelled');
      expect(cleanup).toMatchObject({ status: 'failed', error: { code: 'kept', stage: 'onCancel', retryable: false } });
      expect(JSON.parse(cleanup?.status === 'failed' ? cleanup.error.message : '')).toEqual({
        stage: 'onCancel',
        attempt: 1,
        results: { reserve: { seat: 7 } },
        idempotencyKey: `${id}/1/onCancel`,
      });
    });

    it('has a time of its own', async () => {
      const id = await begun({ type, data: { clean: 'slowly' } });

      await api.send('POST', `/v1/events/${id}/cancel`);

      expect((await api.readUntil(id, 'cancelled')).cleanup).toMatchObject({
        status: 'failed',
        error: { code: 'timeout', message: 'not done within 400 ms' },
      });
    });

    it('has nothing to clean up where it has not begun', async () => {
      const id = newId();
      await api.submit({ type, id, data: {}, delayMs: HOUR_MS });

      await api.send('POST', `/v1/events/${id}/cancel`);

      expect(await api.readUntil(id, 'cancelled')).not.toHaveProperty('cleanup');
    });

    async function begun(event: object): Promise<string> {
      const id = newId();
      expect((await api.submit({ ...event, id })).status).toBe(202);
      await api.readUntil(id, status, 'pay');
      return id;
    }
  });
}
