import type { Client } from '@temporalio/client';
import { expect, it, vi } from 'vitest';
import { sendToSubject } from '../../../temporal/send-to-subject.ts';
import { subjectLetter } from '../../../activities/subject-letter.ts';
import { acceptedEvent } from '../domain/event-samples.ts';

const key = { tenant: 'acme', type: 'life', id: 'life-1' };
const letters = [subjectLetter(acceptedEvent(), 'order-1')];

function prepare() {
  const executeUpdate = vi.fn(async () => ({ runId: 'run-1', answers: [] }));
  const executeUpdateWithStart = vi.fn(async () => ({ runId: 'run-2', answers: [] }));
  const client = {
    withDeadline: (_deadlineMs: number, call: () => unknown) => call(),
    workflow: { getHandle: () => ({ executeUpdate }), executeUpdateWithStart },
  } as unknown as Client;
  return { client, executeUpdate, executeUpdateWithStart };
}

it('starts a subject that may not be there with its first letters', async () => {
  const { client, executeUpdate, executeUpdateWithStart } = prepare();

  expect(await sendToSubject(client, key, letters, { isThere: false })).toMatchObject({ runId: 'run-2' });
  expect(executeUpdateWithStart).toHaveBeenCalledExactlyOnceWith('apply', expect.objectContaining({ args: [{ letters }] }));
  expect(executeUpdate).not.toHaveBeenCalled();
});

it('starts none that is there', async () => {
  const { client, executeUpdate, executeUpdateWithStart } = prepare();

  expect(await sendToSubject(client, key, letters, { isThere: true })).toMatchObject({ runId: 'run-1' });
  expect(executeUpdate).toHaveBeenCalledExactlyOnceWith('apply', { args: [{ letters }] });
  expect(executeUpdateWithStart).not.toHaveBeenCalled();
});
