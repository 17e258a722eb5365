import { expect, it } from 'vitest';
import type { EventResource } from '../../domain/event-resource.ts';
import { enginePid } from '../support/service-engine.ts';
import { halt } from '../support/halt.ts';
import { proof } from '../support/proof.ts';
import { until } from '../support/until.ts';
import { useServiceProcess } from '../support/use-service-process.ts';
import { useReceiver } from '../support/use-service.ts';

const EVENTS = 50;

const service = useServiceProcess();
const receiver = useReceiver();

const victims = proof<readonly ('the service' | 'the engine' | 'both')[]>({
  reduced: ['the engine', 'both'],
  full: ['the service', 'the engine', 'both'],
});

it.each(victims)('loses nothing that it acknowledged when %s is killed in the middle', async (victim) => {
  const ids = Array.from({ length: EVENTS }, (_, index) => `event-${index}-of-${victim.replaceAll(' ', '-')}`);
  const answers = submitAll(ids);
  await receiver.waitFor(() => receiver.requests.length >= EVENTS / 5, 20_000);
  await kill(victim);
  const acknowledged = new Set((await answers).flatMap(({ id, acknowledged: is }) => (is && id !== undefined ? [id] : [])));

  expect(acknowledged.size).toBeGreaterThan(0);
  for (const id of acknowledged) {
    const event = await ended(id);
    expect(event).toMatchObject({ id, status: 'completed', callback: { status: 'delivered' } });
  }
  const calledBack = new Set(receiver.requests.map((request) => JSON.parse(request.text).data.id));
  expect([...acknowledged].filter((id) => !calledBack.has(id))).toEqual([]);
  for (const id of ids.filter((candidate) => !acknowledged.has(candidate))) {
    const event = await ended(id);
    if (event !== null) expect(event).toMatchObject({ status: 'completed' });
  }
});

it('stops within its time and with exit code 0 when asked to, finishing what is in flight', async () => {
  receiver.respond(() => 200);
  await submit('before');
  service.kill('SIGTERM');

  expect(await service.exited).toBe(0);
  expect(receiver.requests.map((request) => JSON.parse(request.text).data.id)).toContain('before');
});

it('sends nothing again that a slow receiver answers while it stops', async () => {
  let release = (): void => undefined;
  const released = new Promise<number>((resolve) => {
    release = () => resolve(200);
  });
  receiver.respond(() => released);
  await submit('slow');
  await until('its event is recorded without the answer', async () => {
    const event = (await (await fetch(`${service.url}/v1/events/slow`)).json()) as EventResource;
    return event.completedAt !== null && !('recorded' in event) && event.callback.status === 'pending';
  });
  service.kill('SIGTERM');
  release();
  await service.exited;
  await service.startAgain();

  expect(await ended('slow')).toMatchObject({ status: 'completed', callback: { status: 'delivered', attempts: [{ status: 200 }] } });
  expect(receiver.requests).toHaveLength(1);
});

it('answers 503 while the engine is away, and goes on when it is back', async () => {
  const engine = await enginePid(service.dataDirectory);
  await halt(engine);
  const refused = await fetch(`${service.url}/v1/events`, request('while-away'));
  process.kill(engine, 'SIGCONT');

  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).not.toBeNull();
  expect(await refused.json()).toMatchObject({ code: 'engine_unavailable' });
  await until('events are accepted again', async () => (await submit('afterwards')).acknowledged);
});

/** Ten at a time, so that some are accepted, some under way and some not yet sent when the process dies. */
async function submitAll(ids: readonly string[]): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  const waiting = [...ids];
  const sender = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      // Every other one comes without an id, and may share a workflow with others.
      answers.push(await submit(answers.length % 2 === 0 ? id : undefined));
    }
  };
  await Promise.all(Array.from({ length: 10 }, sender));
  return answers;
}

/** The id is known of what was acknowledged, or came with one. */
interface Answer {
  readonly id: string | undefined;
  readonly acknowledged: boolean;
}

async function submit(id: string | undefined): Promise<Answer> {
  const response = await fetch(`${service.url}/v1/events`, request(id)).catch(() => null);
  if (response?.status !== 202) return { id, acknowledged: false };
  // The answer may be cut off with its process.
  const body = (await response.json().catch(() => null)) as { readonly id: string } | null;
  return { id: body?.id ?? id, acknowledged: body !== null };
}

function request(id: string | undefined): RequestInit {
  const body = { type: 'noise', id, data: { intensity: 0.3 }, callback: { url: receiver.url } };
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

async function kill(victim: 'the service' | 'the engine' | 'both'): Promise<void> {
  const engine = await enginePid(service.dataDirectory);
  if (victim !== 'the service') process.kill(engine, 'SIGKILL');
  if (victim === 'the engine') return;
  service.kill('SIGKILL');
  await service.exited;
  await service.startAgain();
}

/** The event once it has ended and its callback too; null when it was never accepted. */
async function ended(id: string): Promise<EventResource | null> {
  const { found } = await until<{ readonly found: EventResource | null }>(
    `"${id}" has ended`,
    async () => {
      const response = await fetch(`${service.url}/v1/events/${id}`).catch(() => null);
      if (response?.status === 404) return { found: null };
      if (response?.status !== 200) return null;
      const event = (await response.json()) as EventResource;
      return event.completedAt !== null && event.callback.status !== 'pending' ? { found: event } : null;
    },
    40_000,
  );
  return found;
}
