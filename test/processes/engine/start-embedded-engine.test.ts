import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseEnvironment } from '../../../config/environment.ts';
import { createLogger } from '../../../config/logger.ts';
import type { Engine } from '../../../engine/engine.ts';
import { identifyProcess } from '../../../engine/process-identity.ts';
import { startEngine } from '../../../engine/start-engine.ts';
import type { EngineOptions } from '../../../engine/start-engine.ts';
import { until } from '../../support/until.ts';
import { temporaryDirectory } from './fakes.ts';

const DEAD_HOLDER = { pid: 4_194_305, startTime: '1', token: 'dead' };

/** On a stand-in for the CLI; the integration tests of the same name run the real one. */
describe('startEngine with an embedded engine', () => {
  it('runs until it is stopped, and leaves the data', async () => {
    const { options, dataDirectory } = createPlace();
    const engine = await start(options);
    const record = JSON.parse(readFileSync(join(dataDirectory, 'engine.json'), 'utf8'));
    expect(record).toMatchObject({
      process: { pid: engine.pid },
      address: engine.address,
      uiUrl: engine.uiUrl,
      versions: { server: '1.29.1' },
    });
    expect(engine).toMatchObject({
      kind: 'embedded',
      serverVersion: '1.29.1',
      uiUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    });
    const { pid } = engine;
    await engine.stop();
    await engine.stop();
    expect(identifyProcess(pid ?? 0)).toBeUndefined();
    expect(['service.lock', 'engine.json', 'engine.db'].map((name) => existsSync(join(dataDirectory, name)))).toEqual([false, false, true]);
    expect(JSON.parse(readFileSync(join(dataDirectory, 'engine-version.json'), 'utf8'))).toMatchObject({
      server: '1.29.1',
      complete: true,
    });
  });

  it('makes the database by a start of its own, and again, to be left as it is, where its index can not be trimmed', async () => {
    const { options, dataDirectory } = createPlace();
    const first = await start(options);
    // What the stand-in writes is no database that anything could be taken from.
    expect(kindsOfStarts(dataDirectory)).toEqual(['making', 'making', 'running']);
    await first.stop();
    await start(options);
    expect(kindsOfStarts(dataDirectory)).toEqual(['making', 'making', 'running', 'running']);
    expect(existsSync(join(dataDirectory, 'engine.db'))).toBe(true);
  });

  it('makes it anew when that was cut off, whatever was left beside it', async () => {
    const { options, dataDirectory } = createPlace();
    await (await start(options)).stop();
    const stamp = join(dataDirectory, 'engine-version.json');
    writeFileSync(stamp, JSON.stringify({ ...JSON.parse(readFileSync(stamp, 'utf8')), complete: false }));
    mkdirSync(join(dataDirectory, 'engine.db.lock'));
    await start(options);
    expect(kindsOfStarts(dataDirectory).slice(3)).toEqual(['making', 'making', 'running']);
    expect(existsSync(join(dataDirectory, 'engine.db.lock'))).toBe(false);
  });

  it('makes it anew when its server was ended in the middle of a transaction', async () => {
    const { options, dataDirectory } = createPlace();
    mkdirSync(dataDirectory, { recursive: true });
    writeFileSync(join(dataDirectory, 'cut-off'), '');
    await start(options);
    expect(kindsOfStarts(dataDirectory)).toEqual(['making', 'making', 'making', 'running']);
    expect(existsSync(join(dataDirectory, 'engine.db-journal'))).toBe(false);
  });

  it('has no UI when headless, and names the one that is configured', async () => {
    const { options } = createPlace({ TEMPORAL_UI_URL: 'https://ui.example' });
    expect((await start({ ...options, headless: true })).uiUrl).toBe('https://ui.example');
    expect((await start({ ...createPlace().options, headless: true })).uiUrl).toBeNull();
  });

  it('starts a killed engine again on its address', async () => {
    const { options } = createPlace();
    const restarts: number[] = [];
    const engine = await start({ ...options, onRestart: (pid) => restarts.push(pid) });
    const { address, pid } = engine;
    process.kill(pid ?? 0, 'SIGKILL');
    await until('it runs again', () => Promise.resolve(restarts.length === 1));
    expect(engine).toMatchObject({ address, pid: restarts[0] });
  });

  it('takes over the running engine of a service that is gone', async () => {
    const { options, dataDirectory } = createPlace();
    const first = await start(options);
    writeFileSync(join(dataDirectory, 'service.lock'), JSON.stringify(DEAD_HOLDER));
    const second = await start(options);
    expect(second).toMatchObject({ address: first.address, pid: first.pid, uiUrl: first.uiUrl });
    await Promise.all([first.stop(), second.stop()]);
    expect(identifyProcess(second.pid ?? 0)).toBeUndefined();
  });
});

async function start(options: EngineOptions): Promise<Engine> {
  const engine = await startEngine(options);
  onTestFinished(() => engine.stop());
  return engine;
}

function createPlace(variables: Readonly<Record<string, string>> = {}) {
  const dataDirectory = join(temporaryDirectory(), 'data');
  const options: EngineOptions = {
    environment: parseEnvironment({ ...variables, TEMPORAL_CLI_PATH: join(import.meta.dirname, 'fake-temporal.mjs') }),
    dataDirectory,
    logger: createLogger('silent'),
    progress: () => undefined,
    preferredPorts: { server: 0, ui: 0 },
  };
  return { options, dataDirectory };
}

function kindsOfStarts(dataDirectory: string): readonly string[] {
  const starts = readFileSync(join(dataDirectory, 'starts'), 'utf8').trim().split('\n');
  return starts.map((line) => (line.includes('EventType=Keyword') ? 'making' : 'running'));
}
