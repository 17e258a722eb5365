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

it('asks once more where the SDK has failed', async () => {
  const { ask, asked } = failing(2, broken);
  expect([await queryAgain(ask), asked()]).toEqual(['answer', 3]);
});

it('says that it can not be asked where that goes on', async () => {
  await expect(queryAgain(failing(9, broken).ask)).rejects.toThrow(EngineUnavailableError);
});

it('asks nobody again who has no such query, or fails otherwise', async () => {
  for (const error of [new QueryNotRegisteredError('did not find a handler for run', 3), new Error('away')]) {
    const { ask, asked } = failing(1, error);
    await expect(queryAgain(ask)).rejects.toThrow(error);
    expect(asked()).toBe(1);
  }
});
