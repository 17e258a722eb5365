import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { WorkerOptions } from '@temporalio/worker';
import { afterAll, afterEach, beforeAll, expect, inject, it, onTestFinished, vi } from 'vitest';
import { createPermits } from '../../domain/permits.ts';
import type { PermitHolder } from '../../domain/permits.ts';
import { findFreePort } from '../../engine/ports.ts';
import { limitStart } from '../../temporal/durable/limit-start.ts';
import { TASK_QUEUES, WORKFLOWS } from '../../temporal/durable/names.ts';
import { diagnose } from '../../project/doctor/diagnose.ts';
import type { DiagnoseOptions } from '../../project/doctor/diagnose.ts';
import { CHECKS } from '../../project/doctor/finding.ts';
import type { CheckName, Finding } from '../../project/doctor/finding.ts';
import { engineVariables, makeNamespace } from '../support/cluster.ts';
import type { TestEngine } from '../support/cluster.ts';
import { startInProcessService, WEBHOOK_SECRET } from '../support/in-process-service.ts';
import { testEngine } from '../support/test-engine.ts';
import { until } from '../support/until.ts';

const HOUR_MS = 3_600_000;
/** `INDEXED_VALUE_TYPE_INT` of the Temporal API. */
const INT = 3;

/** Of whoever has neither configured nor started one. */
const NO_ENGINE: TestEngine = { address: '', namespace: 'default' };
const GONE = '3f0f4a1e-6d0c-4c8e-9a5c-0d6f7f0b1c2d';

let folder: string;
let connection: Connection;
/** Whose service runs. */
let well: TestEngine;
/** Nobody's. */
let bare: TestEngine;
let service: { stop(): Promise<void> };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tickless-doctor-'));
  writeFileSync(join(folder, 'tickless.config.mjs'), 'export default { events: [] };\n');
  connection = await Connection.connect({ address: testEngine().address });
  [well, bare] = await Promise.all([makeOwn('well'), makeOwn('bare')]);
  service = await startInProcessService({ engine: well, workflowBundle: { codePath: inject('workflowBundlePath') } });
});
afterAll(async () => {
  await service.stop();
  await connection.close();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => vi.unstubAllEnvs());

it('finds nothing wrong with a service that is well', async () => {
  const findings = await look(well);

  expect(findings.filter(({ level }) => level !== 'ok')).toEqual([]);
  expect(findings.map(({ check }) => check)).toEqual(CHECKS.filter((check) => check !== 'callback' && check !== 'alerts'));
});

it('finds that a project can not be read, and a variable that has a fault', async () => {
  const findings = await look(NO_ENGINE, { PORT: 'many' }, { config: 'none.config.ts' });

  expect(faults(findings)).toEqual(['settings', 'settings']);
  expect(findings.map(({ message }) => message).join()).toMatch(/there is no config.*PORT: it must be a number/);
});

it('finds that no engine answers', async () => {
  const findings = await look({ ...well, address: `127.0.0.1:${await findFreePort()}` });

  expect(faults(findings)).toEqual(['engine']);
});

it('finds that no engine of its own runs, which is no fault', async () => {
  const findings = await look(NO_ENGINE);

  expect(findings.filter(({ level }) => level !== 'ok')).toMatchObject([{ check: 'engine', level: 'warning' }]);
});

it('finds data of another server, and leaves it alone', async () => {
  const data = mkdtempSync(join(folder, 'other-'));
  writeFileSync(join(data, 'engine.db'), 'data');
  writeFileSync(join(data, 'engine-version.json'), '{"cli":"1.3.0","server":"1.27.2","complete":false}');

  const findings = await look(NO_ENGINE, { TICKLESS_DATA: data });

  expect(faults(findings)).toEqual(['engine']);
  expect(readdirSync(data)).toEqual(['engine-version.json', 'engine.db']);
});

it('finds that there is no namespace', async () => {
  const findings = await look({ ...well, namespace: 'doctor-none' });

  expect(faults(findings)).toEqual(['namespace']);
});

it('finds search attributes that are of another type, or missing', async () => {
  const namespace = `doctor-typed-${randomUUID()}`;
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs(24 * HOUR_MS) });
  await until(
    'the engine knows the namespace',
    async () => {
      await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: { Tier: INT } }).catch(() => undefined);
      const { customAttributes } = await connection.operatorService
        .listSearchAttributes({ namespace })
        .catch(() => ({ customAttributes: {} }));
      return 'Tier' in customAttributes;
    },
    70_000,
  );

  const findings = of('search attributes', await look({ ...well, namespace }));

  expect(findings.map(({ message }) => message)).toEqual([
    expect.stringContaining('"Tier"'),
    expect.stringMatching(/lacks EventType, Tenant, .*Outcome/),
  ]);
  expect(findings.every(({ level }) => level === 'fault')).toBe(true);
});

it('finds queues that nobody polls', async () => {
  const findings = await look(bare);

  expect(faults(findings)).toEqual(['queues', 'queues', 'queues', 'queues', 'queues']);
  expect(of('permits', findings)).toMatchObject([{ level: 'warning', message: expect.stringContaining('"heavy"') }]);
});

it('finds a permit that is held by a run that is no more, and processes of two versions', async () => {
  const engine = await makeOwn('stuck');
  const client = new Client({ connection, namespace: engine.namespace });
  const native = await NativeConnection.connect({ address: engine.address });
  // Of these no one finds out that a run has ended.
  const worker = (options: Partial<WorkerOptions>): Promise<Worker> =>
    Worker.create({
      connection: native,
      namespace: engine.namespace,
      taskQueue: TASK_QUEUES.heavy,
      workflowBundle: { codePath: inject('workflowBundlePath') },
      activities: { findClosedRuns: () => Promise.resolve({ closed: [] }) },
      ...options,
    });
  const workers = [
    await worker({ identity: 'older' }),
    await worker({ taskQueue: TASK_QUEUES.light, identity: 'newer', buildId: 'newer' }),
  ];
  const running = workers.map((worker) => worker.run());
  onTestFinished(async () => {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
    await native.close();
  });
  const holder: PermitHolder = {
    workflowId: 'gone',
    runId: GONE,
    event: 'gone',
    tier: 'normal',
    tenant: 'default',
    sinceMs: Date.now() - HOUR_MS,
    grantedAtMs: Date.now() - HOUR_MS,
    isReserved: false,
  };
  const start = limitStart({ key: 'host:shop', capacity: 1, reserved: {} });
  await client.workflow.start(WORKFLOWS.limitConcurrency, {
    ...start,
    args: [{ key: 'host:shop', permits: { ...createPermits(1), holders: [holder] } }],
  });

  const findings = await until('the index knows the limit, and both poll', async () => {
    const all = await look(engine);
    return faults(all).includes('permits') && of('versions', all)[0]?.level === 'warning' && all;
  });

  expect(of('permits', findings)).toMatchObject([{ level: 'fault', message: expect.stringMatching(/"host:shop" .* "gone".* forgotten/) }]);
  expect(of('versions', findings)[0]?.message).toMatch(/2 different versions(?=.* in older)(?=.*newer in newer)/);
});

it("finds that the clocks are apart, and goes by the engine's", async () => {
  const findings = await look(well, {}, { now: () => Date.now() - HOUR_MS });

  expect(findings.filter(({ level }) => level !== 'ok')).toMatchObject([
    { check: 'clock', level: 'fault', message: expect.stringMatching(/36\d\d\.\d s ahead of/) },
  ]);
});

it('finds that nothing can be kept in the data directory', async () => {
  const findings = await look(NO_ENGINE, { TICKLESS_DATA: join(folder, 'tickless.config.mjs', 'data') });

  expect(faults(findings)).toEqual(['disk']);
});

it('finds secrets that are malformed, and one that is an API key', async () => {
  const key = WEBHOOK_SECRET.slice('whsec_'.length);

  const findings = await look(NO_ENGINE, { WEBHOOK_SECRETS: `${WEBHOOK_SECRET},whsec_short`, API_KEYS: `acme:${key}` });

  expect(faults(findings)).toEqual(['secrets', 'secrets']);
  expect(JSON.stringify(findings)).not.toContain(key);
});

it('finds a made secret that others can read', async () => {
  const data = mkdtempSync(join(folder, 'made-'));
  writeFileSync(join(data, 'webhook-secret'), `${WEBHOOK_SECRET}\n`);
  chmodSync(join(data, 'webhook-secret'), 0o644);

  const findings = await look(NO_ENGINE, { TICKLESS_DATA: data });

  expect(faults(findings)).toEqual(['secrets']);
});

it('finds that a callback address is refused by the guard of processes on an engine elsewhere', async () => {
  const findings = await look(well, {}, { callbackUrl: 'http://127.0.0.1:3000/hook' });

  expect(faults(findings)).toEqual(['callback']);
});

it('finds that alerts can go nowhere: the guard refuses the address, or nobody listens there, and tells no secret of it', async () => {
  const refused = await look(well, { ALERT_URL: 'http://127.0.0.1:3000/secret-path' });
  const unheard = { ALERT_URL: `http://127.0.0.1:${await findFreePort()}/secret-path`, CALLBACK_ALLOW: '127.0.0.1/32' };
  const unreached = await look(well, unheard);

  expect([faults(refused), faults(unreached)]).toEqual([['alerts'], ['alerts']]);
  expect(of('alerts', refused)[0]?.message).toContain('With this ALERT_URL no process starts: "127.0.0.1" is not a public address');
  expect(of('alerts', unreached)[0]?.message).toMatch(/can't be reached from here: .*ECONNREFUSED/);
  expect(JSON.stringify([refused, unreached])).not.toContain('secret-path');
});

function makeOwn(name: string): Promise<TestEngine> {
  return makeNamespace({ address: testEngine().address }, `doctor-${name}-${randomUUID()}`);
}

function look(
  engine: TestEngine,
  variables: Readonly<Record<string, string>> = {},
  options: Partial<DiagnoseOptions> = {},
): Promise<readonly Finding[]> {
  const all = {
    ...engineVariables(engine),
    WEBHOOK_SECRETS: WEBHOOK_SECRET,
    TICKLESS_DATA: join(folder, 'data'),
    // Less than the namespaces keep what has ended.
    CALLBACK_SCHEDULE: '5s,5m',
    ...variables,
  };
  for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
  return diagnose({ folder, ...options });
}

function of(check: CheckName, findings: readonly Finding[]): readonly Finding[] {
  return findings.filter((finding) => finding.check === check);
}

function faults(findings: readonly Finding[]): readonly CheckName[] {
  return findings.filter(({ level }) => level === 'fault').map(({ check }) => check);
}
