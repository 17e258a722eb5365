import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { hasEnded } from '../../domain/event-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { engineVariables } from './cluster.ts';
import { startOverlapRecorder } from './overlap-recorder.ts';
import type { OverlapRecorder } from './overlap-recorder.ts';
import { startReceiver } from './receiver.ts';
import type { ReceivedRequest, Receiver } from './receiver.ts';
import { recoveryPoints, toldOf } from './recovery-points.ts';
import type { Reached, RecoveryPointName } from './recovery-points.ts';
import { engineOf, enginePid } from './service-engine.ts';
import { freePort, startServiceProcess } from './service-process.ts';
import type { ServiceProcess, ServiceProcessOptions } from './service-process.ts';
import { socketOwner } from './socket-owner.ts';
import { until } from './until.ts';

/** `alone`: the service is started again at once; `with its engine`: that is killed too; `another alive`: another service on its engine goes on. */
export type Company = 'alone' | 'with its engine' | 'another alive';

export interface Recovery {
  readonly point: RecoveryPointName;
  readonly company: Company;
  /** From the kill until a process is ready: at once where another is alive. */
  readonly readyMs: number;
  /** From the kill until all that was interrupted has gone on. */
  readonly goneOnMs: number;
  /** How many of those that were to go on a handler or a receiver had heard of by then. */
  readonly heardOfBefore: number;
  /** What became of each event that a handler or a receiver has heard of. */
  readonly events: readonly RecoveredEvent[];
}

export interface RecoveredEvent {
  readonly id: string;
  readonly status: string;
  readonly callback: string;
  /** How often the handler was called, and the receiver, after the kill. */
  readonly calledAfter: number;
  readonly sentAfter: number;
  /** All that its callbacks said it came to, and under which ids. */
  readonly told: readonly string[];
  readonly webhookIds: readonly string[];
}

/** Services on one engine, of which any is killed. */
export interface Services {
  readonly company: Company;
  connect(): Promise<{ readonly client: Client; close(): Promise<void> }>;
  readonly running: readonly ServiceProcess[];
  killEngine(): Promise<void>;
  restart(killed: ServiceProcess): Promise<ServiceProcess>;
}

const ENV = {
  WEBHOOK_SECRETS: `whsec_${Buffer.alloc(32, 'test').toString('base64')}`,
  // The second attempt of a delivery is soon under way.
  CALLBACK_SCHEDULE: Array(30).fill('500ms').join(),
};
const DEADLINE_MS = 60_000;

export async function startServices(
  company: Company,
  env: Readonly<Record<string, string>> = {},
): Promise<Services & { stop(): Promise<void> }> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-recovery-'));
  const options: ServiceProcessOptions[] = [{ dataDirectory, port: await freePort(), env: { ...ENV, ...env } }];
  const running = await Promise.all(options.map(startServiceProcess));
  if (company === 'another alive') {
    const another = {
      dataDirectory: join(dataDirectory, 'another'),
      port: await freePort(),
      env: { ...ENV, ...env, ...engineVariables(await engineOf(dataDirectory)) },
    };
    options.push(another);
    running.push(await startServiceProcess(another));
  }
  return {
    company,
    async connect() {
      const { address, namespace } = await engineOf(dataDirectory);
      const connection = await Connection.connect({ address });
      return { client: new Client({ connection, namespace }), close: () => connection.close() };
    },
    running,
    async killEngine() {
      process.kill(await enginePid(dataDirectory), 'SIGKILL');
    },
    async restart(killed) {
      const index = running.indexOf(killed);
      const settings = options[index];
      if (settings === undefined) throw new Error('it is none of these');
      const service = await startServiceProcess(settings);
      running[index] = service;
      return service;
    },
    async stop() {
      for (const service of running.toReversed()) {
        service.kill('SIGTERM');
        await service.exited;
      }
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** Brings a service to a point, kills it, and waits until all that was interrupted has gone on and come to its end. */
export async function recover(services: Services, point: RecoveryPointName, name: string): Promise<Recovery> {
  const recorder = await startOverlapRecorder();
  const receiver = await startReceiver();
  const { client: engine, close } = await services.connect();
  recorder.expectTogether(Number.POSITIVE_INFINITY);
  receiver.respond(() => 'hang');
  try {
    const { running } = services;
    const reached: Reached = await recoveryPoints[point].reach({ url: urlOf(running), engine, recorder, receiver, name });
    const victim = ownerOf(running, reached);
    const killedMs = performance.now();
    if (services.company === 'with its engine') await services.killEngine();
    victim.kill('SIGKILL');
    await victim.exited;
    await allRead();
    recorder.expectTogether(1);
    receiver.respond(() => 200);
    return await observe({ services, point, victim, reached, recorder, receiver, killedMs });
  } finally {
    await close();
    recorder.close();
    await receiver.close();
  }
}

interface Killed {
  readonly services: Services;
  readonly point: RecoveryPointName;
  readonly victim: ServiceProcess;
  readonly reached: Reached;
  readonly recorder: OverlapRecorder;
  readonly receiver: Receiver;
  readonly killedMs: number;
}

async function observe({ services, point, victim, reached, recorder, receiver, killedMs }: Killed): Promise<Recovery> {
  const { company } = services;
  const before = { requests: receiver.requests.length, visits: new Map(recorder.visits), all: countSigns(recorder, receiver.requests) };
  const goneOn = until(
    `${reached.interrupted.join()} goes on`,
    async () => {
      const now = countSigns(recorder, receiver.requests);
      return reached.interrupted.every((id) => (now.get(id) ?? 0) > (before.all.get(id) ?? 0)) && performance.now();
    },
    DEADLINE_MS,
  );
  // Looked at after what comes first.
  goneOn.catch(() => undefined);
  const alive = company === 'another alive' ? services.running.find((service) => service !== victim) : await services.restart(victim);
  if (alive === undefined) throw new Error('no other is alive');
  const readyAtMs = company === 'another alive' ? killedMs : performance.now();
  const sentAgain = (reached.sendAgain?.(alive.url) ?? Promise.resolve()).then(() => performance.now());
  sentAgain.catch(() => undefined);
  const goneOnAtMs = Math.max(await goneOn, reached.isSentAgain === true ? await sentAgain : 0);
  await sentAgain;
  await until('all has ended', async () => (await reached.hasEnded?.(alive.url).catch(() => false)) ?? true, DEADLINE_MS);
  const ids = [...countSigns(recorder, receiver.requests).keys()];
  const events: RecoveredEvent[] = [];
  for (const id of ids) {
    const { status, callback } = await ended(alive.url, id);
    const calledAfter = (recorder.visits.get(id) ?? 0) - (before.visits.get(id) ?? 0);
    const isOfIt = (request: ReceivedRequest): boolean => toldOf(request) === id;
    const requests = receiver.requests.filter(isOfIt);
    events.push({
      id,
      status,
      callback: callback.status,
      calledAfter,
      sentAfter: receiver.requests.slice(before.requests).filter(isOfIt).length,
      told: distinct(requests.map(({ text }) => (JSON.parse(text) as { readonly type: string }).type)),
      webhookIds: distinct(requests.map(({ headers }) => String(headers['webhook-id']))),
    });
  }
  if (company === 'another alive') await services.restart(victim);
  const heardOfBefore = reached.interrupted.filter((id) => before.all.has(id)).length;
  return { point, company, readyMs: readyAtMs - killedMs, goneOnMs: goneOnAtMs - killedMs, heardOfBefore, events };
}

function urlOf([first]: readonly ServiceProcess[]): string {
  return first?.url ?? '';
}

/** The one whose connection it is, if that is known. */
function ownerOf(running: readonly ServiceProcess[], { port }: Reached): ServiceProcess {
  const [first] = running;
  const pids = running.map(({ pid }) => pid);
  const owner = running.length > 1 && port !== undefined ? socketOwner(pids, port) : undefined;
  const victim = running.find(({ pid }) => pid === owner) ?? first;
  if (victim === undefined) throw new Error('none is running');
  return victim;
}

/** What a process had sent before its end is in this process's sockets, and read within a few turns of its loop. */
async function allRead(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** How often each event was heard of, by its handler or by a callback. */
function countSigns({ visits }: OverlapRecorder, requests: readonly ReceivedRequest[]): ReadonlyMap<string, number> {
  const signs = new Map(visits);
  for (const id of requests.map(toldOf)) signs.set(id, (signs.get(id) ?? 0) + 1);
  return signs;
}

/** The event once it has ended, on record, and its callback too. */
async function ended(url: string, id: string): Promise<EventResource> {
  return until(
    `"${id}" has ended`,
    async () => {
      const response = await fetch(`${url}/v1/events/${encodeURIComponent(id)}`).catch(() => null);
      if (!response?.ok) return null;
      const event = (await response.json()) as EventResource;
      return hasEnded(event) && event.recorded !== false && event.callback.status !== 'pending' && event;
    },
    DEADLINE_MS,
  );
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
