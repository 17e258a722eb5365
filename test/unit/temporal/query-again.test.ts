import { QueryNotRegisteredError } from '@temporalio/client';
import { expect, it } from 'vitest';
import { EngineUnavailableError } from '../../../temporal/engine-unavailable-error.ts';
import { queryAgain } from '../../../temporal/query-again.ts';

const broken = new QueryNotRegisteredError('Fatal error in workflow machines: UpdateMachine in state CompletedCommandCreated', 3);

function failing(times: number, error: Error): { readonly ask: () => Promise<string>; readonly asked: () => number } {
  let asked = 0;
  return {
    ask: async () => {
      asked += 1;
      if (asked <= times) throw error;
      return 'answer';
    },
    asked: () => asked,
  };
}

const noPoller = Object.assign(new Error('9 FAILED_PRECONDITION: no poller'), {
  code: 9,
  details: 'no poller seen for task queue recently, worker may be down',
  metadata: {},
});
const unpolled = new EngineUnavailableError('the engine does not answer', {
  cause: new Error('Failed to query Workflow', { cause: noPoller }),
});

it('asks once more where the SDK has failed, or the worker is between two polls', async () => {
  for (const error of [broken, unpolled]) {
    const { ask, asked } = failing(2, error);
    expect([await queryAgain(1_000, ask), asked()]).toEqual(['answer', 3]);
  }
});

it('says that it can not be asked where that goes on', async () => {
  for (const error of [broken, unpolled]) await expect(queryAgain(200, failing(9, error).ask)).rejects.toThrow(EngineUnavailableError);
});

it('asks nobody again who has no such query, or fails otherwise', async () => {
  for (const error of [
    new QueryNotRegisteredError('did not find a handler for run', 3),
    new Error('away'),
    new EngineUnavailableError('away'),
  ]) {
    const { ask, asked } = failing(1, error);
    await expect(queryAgain(1_000, ask)).rejects.toThrow(error);
    expect(asked()).toBe(1);
  }
});
