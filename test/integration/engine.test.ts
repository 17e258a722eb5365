import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import sqlite from 'node-sqlite3-wasm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseEnvironment } from '../../config/environment.ts';
import { createLogger } from '../../config/logger.ts';
import { readEngineRecord } from '../../engine/engine-record.ts';
import type { Engine } from '../../engine/engine.ts';
import { findFreePort } from '../../engine/ports.ts';
import { prepareNamespace } from '../../engine/prepare-namespace.ts';
import { identifyProcess, isAlive, signalProcess } from '../../engine/process-identity.ts';
import { SEARCH_ATTRIBUTES } from '../../temporal/durable/names.ts';
import { startEngine } from '../../engine/start-engine.ts';
import type { EngineOptions } from '../../engine/start-engine.ts';
import { halt } from '../support/halt.ts';
import { until } from '../support/until.ts';

const RETENTION_MS = 7 * 86_400_000;
const logger = createLogger('silent');

describe('startEngine', () => {
  it('runs an engine with its UI, refuses a second service on its data, and leaves no process when stopped', async () => {
    const { options, dataDirectory } = createPlace();
    const engine = await start({ ...options, headless: false });
    expect(engine).toMatchObject({ kind: 'embedded', serverVersion: '1.29.1' });
    expect((await fetch(engine.uiUrl ?? '')).status).toBe(200);

    const second = startEngine(options);
    await expect(second).rejects.toMatchObject({ code: 'data_directory_in_use', message: expect.stringContaining(`pid ${process.pid}`) });

    const connection = await connect(engine);
    await prepareNamespace({ connection, namespace: 'default', retentionMs: RETENTION_MS, kind: engine.kind, logger });
    expect(await describeNamespace(connection, 'default')).toEqual({
      retentionSeconds: 604_800,
      attributes: [...SEARCH_ATTRIBUTES].sort(),
    });

    const { pid } = engine;
    await engine.stop();
    expect(identifyProcess(pid ?? 0)).toBeUndefined();
    expect(['service.lock', 'engine.json'].filter((name) => existsSync(join(dataDirectory, name)))).toEqual([]);
  });

  it.each([
    ['in its middle', (file: Buffer) => Buffer.concat([file.subarray(0, 4_096), Buffer.alloc(file.length - 4_096, 7)])],
    ['at its beginning', (file: Buffer) => Buffer.concat([Buffer.alloc(4_096, 7), file.subarray(4_096)])],
    ['by being cut off', (file: Buffer) => file.subarray(0, 8_192)],
  ])('refuses a database that is damaged %s, and names the ways out', async (_where, damage) => {
    const { options, dataDirectory } = createPlace();
    await (await start(options)).stop();
    const database = join(dataDirectory, 'engine.db');
    const damaged = damage(await readFile(database));
    await writeFile(database, damaged);
    for (const suffix of ['-wal', '-shm']) rmSync(`${database}${suffix}`, { force: true });

    const refused = startEngine(options);
    await expect(refused).rejects.toMatchObject({ code: 'data_damaged', message: expect.stringContaining(database) });
    for (const way of ['TICKLESS_DATA=', '.recover', `move "${dataDirectory}" away`]) await expect(refused).rejects.toThrow(way);
    expect(await readFile(database)).toEqual(damaged);
  });

  it('has an index only for what is asked of it', async () => {
    const { options, dataDirectory } = createPlace();
    const engine = await start(options);
    await engine.stop();
    const made = await readFile(join(dataDirectory, 'engine.db'));
    // As a file without a write-ahead log, which the library can't read; what made the schema is in the file itself.
    const copy = join(dataDirectory, 'copy.db');
    await writeFile(copy, made.fill(1, 18, 20));
    const database = new sqlite.Database(copy, { readOnly: true });
    onTestFinished(() => database.close());
    const rows = database.all(
      `SELECT name FROM sqlite_master WHERE tbl_name = 'executions_visibility' AND type <> 'table' AND sql <> '' ORDER BY name`,
    );
    expect(rows.map(({ name }) => name)).toEqual([
      ...['01', '02', '03', '04', '05', '06', '07', '08', '09', '10'].map((column) => `by_keyword_${column}`),
      ...['by_status', 'by_workflow_id', 'by_workflow_type', 'default_idx'],
    ]);
  });

  it('starts an engine that was killed again, on the same address and with its data', async () => {
    const { options } = createPlace();
    const restarts: number[] = [];
    const engine = await start({ ...options, onRestart: (pid) => restarts.push(pid) });
    await startWorkflow(engine, 'kept');
    const { address, pid: first } = engine;

    process.kill(first ?? 0, 'SIGKILL');
    await until('it runs again', () => Promise.resolve(restarts.length === 1));
    expect(engine.address).toBe(address);
    expect(engine.pid).toBe(restarts[0]);
    expect(engine.pid).not.toBe(first);
    expect(await hasWorkflow(engine, 'kept')).toBe(true);
    await engine.stop();
  });

  // It takes half a minute, and depends on how busy the machine is.
  it.runIf(process.env['PROOF'] === 'full')(
    'ends an engine that can no longer read its data, and starts it again',
    async () => {
      const { options } = createPlace();
      const restarts: number[] = [];
      const engine = await start({ ...options, onRestart: (pid) => restarts.push(pid) });
      await startWorkflow(engine, 'kept');
      const connection = Connection.lazy({ address: engine.address, interceptors: [] });
      const giveUpSoon = async (index: number): Promise<void> => {
        const { workflowService } = connection;
        const call = async (): Promise<unknown> =>
          index % 2 === 0
            ? workflowService.countWorkflowExecutions({ namespace: 'default' })
            : workflowService.listNamespaces({ pageSize: 5 });
        while (restarts.length === 0) await connection.withDeadline(Date.now() + 1 + Math.random() * 25, call).catch(() => undefined);
      };
      await Promise.all([
        ...Array.from({ length: 64 }, (_, index) => giveUpSoon(index)),
        until('it runs again', () => Promise.resolve(restarts.length === 1), 120_000),
      ]);

      expect(await hasWorkflow(engine, 'kept')).toBe(true);
      await connection.close();
      await engine.stop();
    },
    180_000,
  );

  it('uses the engine of a killed service again, and keeps that one running too', async () => {
    const { options, dataDirectory } = createPlace();
    const orphan = await leaveOrphan(dataDirectory);
    const restarts: number[] = [];
    const engine = await start({ ...options, onRestart: (pid) => restarts.push(pid) });
    expect({ address: engine.address, pid: engine.pid }).toEqual(orphan);

    process.kill(orphan.pid, 'SIGKILL');
    await until('it runs again', () => Promise.resolve(restarts.length === 1));
    await startWorkflow(engine, 'new');
    expect(engine.address).toBe(orphan.address);
    const { pid } = engine;
    await engine.stop();
    expect(identifyProcess(pid ?? 0)).toBeUndefined();
  });

  it('ends the engine of a killed service that no longer answers, and starts another', async () => {
    const { options, dataDirectory } = createPlace();
    const orphan = await leaveOrphan(dataDirectory);
    await halt(orphan.pid);
    const engine = await start(options);
    expect(engine.pid).not.toBe(orphan.pid);
    expect(identifyProcess(orphan.pid)).toBeUndefined();
    await startWorkflow(engine, 'new');
    await engine.stop();
  });

  it('ends the engine of a killed service that has other settings, and prepares the namespace that is wanted now', async () => {
    const { options, dataDirectory } = createPlace();
    const orphan = await leaveOrphan(dataDirectory);
    const environment = parseEnvironment({ ...cliPath(), TEMPORAL_NAMESPACE: 'shop', ENGINE_SYNC: 'normal' });
    const engine = await start({ ...options, environment });
    expect(identifyProcess(orphan.pid)).toBeUndefined();

    const connection = await connect(engine);
    await prepareNamespace({ connection, namespace: 'shop', retentionMs: RETENTION_MS, kind: engine.kind, logger });
    expect(await describeNamespace(connection, 'shop')).toEqual({ retentionSeconds: 604_800, attributes: [...SEARCH_ATTRIBUTES].sort() });
    await engine.stop();
  });

  it('gives two services that start at once an engine each', async () => {
    const preferredPorts = { server: await findFreePort(), ui: await findFreePort() };
    const engines = await Promise.all([1, 2].map(() => start({ ...createPlace().options, preferredPorts })));
    await Promise.all(engines.map((engine, index) => startWorkflow(engine, `own-${index}`)));
    const found = await Promise.all(engines.map((engine) => Promise.all(['own-0', 'own-1'].map((id) => hasWorkflow(engine, id)))));
    expect(found).toEqual([
      [true, false],
      [false, true],
    ]);
    await Promise.all(engines.map((engine) => engine.stop()));
  });
});

function createPlace() {
  const root = mkdtempSync(join(tmpdir(), 'tickless engine ?%20#'));
  const dataDirectory = join(root, 'data');
  onTestFinished(async () => {
    // Whatever a failed test has left, by the record that the engine itself goes by.
    const left = readEngineRecord(dataDirectory)?.process;
    if (left !== undefined && signalProcess(left, 'SIGKILL')) await until('it is gone', () => Promise.resolve(!isAlive(left)));
    rmSync(root, { recursive: true, force: true });
  });
  const options: EngineOptions = {
    environment: parseEnvironment(cliPath()),
    dataDirectory,
    logger,
    progress: (message) => process.stderr.write(`${message}\n`),
    headless: true,
    preferredPorts: { server: 0, ui: 0 },
  };
  return { options, dataDirectory };
}

function cliPath() {
  return { TEMPORAL_CLI_PATH: process.env['TEMPORAL_CLI_PATH'] };
}

async function start(options: EngineOptions): Promise<Engine> {
  const engine = await startEngine(options);
  onTestFinished(() => engine.stop());
  return engine;
}

/** Has another process start an engine, and kills that process. */
async function leaveOrphan(dataDirectory: string): Promise<{ readonly address: string; readonly pid: number }> {
  const script = join(import.meta.dirname, 'engine-service.ts');
  const service = spawn(process.execPath, ['--import', 'tsx', script, dataDirectory], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void service.kill('SIGKILL'));
  const [line] = await once(service.stdout, 'data');
  service.kill('SIGKILL');
  await once(service, 'exit');
  return JSON.parse(String(line));
}

async function connect({ address }: Engine): Promise<Connection> {
  const connection = await Connection.connect({ address });
  onTestFinished(() => connection.close());
  return connection;
}

async function startWorkflow(engine: Engine, workflowId: string): Promise<void> {
  const client = new Client({ connection: await connect(engine) });
  await client.workflow.start('nothing', { workflowId, taskQueue: 'nobody' });
}

async function hasWorkflow(engine: Engine, workflowId: string): Promise<boolean> {
  const client = new Client({ connection: await connect(engine) });
  return await client.workflow
    .getHandle(workflowId)
    .describe()
    .then(
      () => true,
      () => false,
    );
}

async function describeNamespace(connection: Connection, namespace: string) {
  const { config } = await connection.workflowService.describeNamespace({ namespace });
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return { retentionSeconds: Number(config?.workflowExecutionRetentionTtl?.seconds), attributes: Object.keys(customAttributes).sort() };
}
