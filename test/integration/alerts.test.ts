import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, it, onTestFinished } from 'vitest';
import { ALERT_RULES } from '../../domain/alert.ts';
import type { AlertResource } from '../../domain/alert-message.ts';
import type { AlertWatch } from '../../domain/alert-watch.ts';
import type { DestinationResource } from '../../domain/destination-resource.ts';
import { askInTime } from '../../temporal/ask-workflow.ts';
import { ALERTS_QUERY } from '../../temporal/durable/names.ts';
import { ALERTS_WORKFLOW_ID } from '../../temporal/durable/workflow-ids.ts';
import { verifyWebhook } from '../../webhook.ts';
import { startChild } from '../support/child-process.ts';
import type { Child } from '../support/child-process.ts';
import { engineVariables, makeNamespace } from '../support/cluster.ts';
import type { TestEngine } from '../support/cluster.ts';
import { startInProcessService, WEBHOOK_SECRET } from '../support/in-process-service.ts';
import type { InProcessServiceOptions, TestService } from '../support/in-process-service.ts';
import { startReceiver } from '../support/receiver.ts';
import type { ReceivedRequest, Receiver } from '../support/receiver.ts';
import { testEngine } from '../support/test-engine.ts';
import { until } from '../support/until.ts';

const LOOK_EVERY_MS = 100;
const JSON_HEADERS = { 'content-type': 'application/json' };

interface Told {
  readonly type: string;
  readonly timestamp: string;
  readonly data: AlertResource;
}

/** Whose services look for alerts. */
let own: TestEngine;
/** What they tell comes here. */
let alerts: Receiver;
let connection: Connection;
let client: Client;

beforeAll(async () => {
  const { address } = testEngine();
  own = await makeNamespace({ address }, `alerts-${randomUUID()}`);
  connection = await Connection.connect({ address });
  client = new Client({ connection, namespace: own.namespace });
  alerts = await startReceiver();
});
afterAll(() => Promise.all([alerts.close(), connection.close()]));

it('tells once when a condition begins, and once when it is over', { timeout: 150_000 }, async () => {
  const { service, close } = await start({ variables: { ALERT_URL: `${alerts.url}/alerts?key=1` }, lookEveryMs: LOOK_EVERY_MS });
  // Nobody is told of fewer.
  for (let failed = 0; failed < 10; failed += 1) await send(service, { type: 'test-failing', data: { how: 'permanently' } });
  const firing = await until('it is told that events fail', async () => messagesOf('TicklessErrorBudgetBurns')[0], 60_000);

  expect(firing).toMatchObject({
    type: 'alert.firing',
    data: { status: 'firing', severity: 'page', labels: {}, summary: expect.stringContaining('have failed'), endsAt: null },
  });
  expect(firing.data.details).toMatchObject({ failed: 10, minutes: 60 });
  const request = alerts.requests.find(({ text }) => text.includes(firing.data.id));
  if (request === undefined) throw new Error('it came by no request');
  expect(request).toMatchObject({ method: 'POST', path: '/alerts?key=1', headers: { 'user-agent': 'Tickless' } });
  await expect(verify(request)).resolves.toEqual(firing);

  // So many that complete that ten failures are less than the budget of an hour allows to burn.
  await post(service, '/v1/batches', { events: Array.from({ length: 1_000 }, () => ({ type: 'joy', data: { intensity: 0.3 } })) });
  await alerts.waitFor(() => messagesOf('TicklessErrorBudgetBurns').length === 2, 60_000);
  const resolved = messagesOf('TicklessErrorBudgetBurns')[1];
  expect(resolved).toMatchObject({
    type: 'alert.resolved',
    data: { id: firing.data.id, startsAt: firing.data.startsAt, status: 'resolved' },
  });
  expect(resolved?.data.endsAt).toBe(resolved?.timestamp);
  await close();
});

it('tells nothing twice where processes are killed, also while they tell', { timeout: 180_000 }, async () => {
  const { url: away, port } = await unused();
  const first = await start({ variables: { CALLBACK_PROBE_AFTER: '10m' } });
  for (let sent = 0; sent < 6; sent += 1) {
    await send(first.service, { type: 'joy', data: { intensity: 0.3 }, callback: { url: `${away}/hook` } });
  }
  await until('its destination is parked', async () => (await openDestinations(first.service)) === 1);
  // Nobody but those who look runs anything.
  await first.close();
  const told = (): readonly ReceivedRequest[] => alerts.requests.filter(({ text }) => text.includes('"TicklessBreakerOpen"'));

  const [one, other] = [startLooker(), startLooker()];
  await until('both have told', async () => Object.keys((await watch())?.processes ?? {}).length >= 2, 60_000);
  // The other goes on, whether or not this one has led.
  one.kill('SIGKILL');
  alerts.respond(({ text }) => {
    if (!text.includes('"TicklessBreakerOpen"') || told().length > 1) return 200;
    other.kill('SIGKILL');
    return 'reset';
  });
  await alerts.waitFor(() => told().length === 1, 60_000);
  await Promise.all([one.exited, other.exited]);

  for (const looker of [startLooker(), startLooker()]) expect(looker.hasEnded()).toBe(false);
  await alerts.waitFor(() => told().length >= 2, 60_000);
  const sinceMs = (await watch())?.rounds.at(-1)?.atMs ?? 0;
  await until(
    'they have looked for as long as it took to tell',
    async () => ((await watch())?.rounds ?? []).filter(({ atMs }) => atMs > sinceMs).length > ALERT_RULES.TicklessBreakerOpen.looks,
    60_000,
  );
  // It may come more than once, and is the same message then.
  expect(messagesOf('TicklessBreakerOpen')).toMatchObject([{ type: 'alert.firing' }]);

  const back = await startReceiver({ port });
  onTestFinished(() => back.close());
  const { service } = await start({});
  await post(service, `/v1/destinations/${encodeURIComponent(away)}/resume`);
  await alerts.waitFor(() => messagesOf('TicklessBreakerOpen').length === 2, 60_000);
  const [firing, resolved] = messagesOf('TicklessBreakerOpen');
  expect(resolved).toMatchObject({ type: 'alert.resolved', data: { id: firing?.data.id, status: 'resolved' } });
});

it('refuses to start where no callback could go to the address', async () => {
  const starting = startInProcessService({
    engine: own,
    workflowBundle: { codePath: inject('workflowBundlePath') },
    variables: { ALERT_URL: 'http://10.0.0.1/secret' },
  });

  await expect(starting).rejects.toThrow('ALERT_URL: "10.0.0.1" is not a public address');
});

/** Of this name, each as it came first. */
function messagesOf(name: string): readonly Told[] {
  const told = new Map(alerts.requests.toReversed().map((request) => [idOf(request), JSON.parse(request.text) as Told]));
  return [...told.values()].filter(({ data }) => data.name === name).toReversed();
}

function idOf(request: ReceivedRequest | undefined): string {
  return String(request?.headers['webhook-id']);
}

async function verify({ headers, body, text }: ReceivedRequest): Promise<unknown> {
  expect(await verifyWebhook({ secrets: [WEBHOOK_SECRET], headers, body })).toMatchObject({ ok: true });
  return JSON.parse(text);
}

type Started = Pick<InProcessServiceOptions, 'variables' | 'lookEveryMs'>;

async function start(options: Started): Promise<{ readonly service: TestService; readonly close: () => Promise<void> }> {
  const service = await startInProcessService({ engine: own, workflowBundle: { codePath: inject('workflowBundlePath') }, ...options });
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => (closing ??= service.stop());
  onTestFinished(close);
  return { service, close };
}

/** A process of its own that looks. */
function startLooker(): Child {
  const looker = startChild('alerts-main.ts', {
    ...engineVariables(own),
    WORKFLOW_BUNDLE: inject('workflowBundlePath'),
    ALERT_URL: `${alerts.url}/alerts`,
    LOOK_EVERY_MS: String(LOOK_EVERY_MS),
  });
  onTestFinished(async () => {
    looker.kill('SIGKILL');
    await looker.exited;
  });
  return looker;
}

/** What the workflow knows; null where nobody answers for it just now. */
function watch(): Promise<AlertWatch | null> {
  return askInTime<AlertWatch>(client, { workflowId: ALERTS_WORKFLOW_ID }, { query: ALERTS_QUERY, timeoutMs: 1_000 }).catch(() => null);
}

/** An address that nobody listens at. */
async function unused(): Promise<Pick<Receiver, 'url' | 'port'>> {
  const { url, port, close } = await startReceiver();
  await close();
  return { url, port };
}

async function openDestinations({ app }: TestService): Promise<number> {
  const { items } = (await (await app.request('/v1/destinations')).json()) as { readonly items: readonly DestinationResource[] };
  return items.filter(({ state }) => state === 'open').length;
}

async function send(service: TestService, event: object): Promise<void> {
  expect((await post(service, '/v1/events', event)).status).toBe(202);
}

async function post({ app }: TestService, path: string, body: object = {}): Promise<Response> {
  return app.request(path, { method: 'POST', headers: JSON_HEADERS, body: JSON.stringify(body) });
}
