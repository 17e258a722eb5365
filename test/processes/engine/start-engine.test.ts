import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseEnvironment } from '../../../config/environment.ts';
import { createLogger } from '../../../config/logger.ts';
import { startEngine } from '../../../engine/start-engine.ts';
import type { EngineOptions } from '../../../engine/start-engine.ts';
import { OTHER_OUTPUT, temporaryDirectory, writeExecutable, writeTemporal } from './fakes.ts';

describe('startEngine', () => {
  it('starts nothing when an address is configured', async () => {
    const { options, dataDirectory } = createOptions({ TEMPORAL_ADDRESS: 'temporal.example:7233', TEMPORAL_UI_URL: 'https://ui.example' });
    const engine = await startEngine(options);
    const { kind, address, uiUrl, serverVersion, pid } = engine;
    expect({ kind, address, uiUrl, serverVersion, pid }).toEqual({
      kind: 'external',
      address: 'temporal.example:7233',
      uiUrl: 'https://ui.example',
      serverVersion: null,
      pid: null,
    });
    await engine.stop();
    expect(existsSync(dataDirectory)).toBe(false);
  });

  it('fails with the reason of the server, and leaves the data directory free', async () => {
    const { root, options, dataDirectory } = createOptions({});
    const environment = withFake(root, 'echo "no such pragma" >&2; exit 7');
    for (const _ of [1, 2]) {
      await expect(startEngine({ ...options, environment })).rejects.toMatchObject({
        code: 'engine_start_failed',
        message: expect.stringMatching(/exit code 7[^]*no such pragma$/),
      });
    }
    expect(existsSync(join(dataDirectory, 'service.lock'))).toBe(false);
  });

  it('tries other ports when another process was quicker to take one', async () => {
    const { root, options } = createOptions({});
    const calls = join(root, 'calls');
    const environment = withFake(root, `echo "$*" >> ${calls}; seq 1 2000; echo "panic: bind: address already in use"; seq 1 2000; exit 1`);
    await expect(startEngine({ ...options, environment })).rejects.toThrow('address already in use');
    const ports = [...readFileSync(calls, 'utf8').matchAll(/--port (\d+)/g)].map(([, port]) => port);
    expect(new Set(ports).size).toBe(3);
  });

  it('refuses data of another server before it looks for an executable', async () => {
    const { root, options, dataDirectory } = createOptions({});
    const environment = withFake(root, 'exit 1');
    await startEngine({ ...options, environment }).catch(() => undefined);
    writeFileSync(join(dataDirectory, 'engine.db'), '');
    writeFileSync(join(dataDirectory, 'engine-version.json'), '{"cli":"9","server":"9"}');
    await expect(startEngine(options)).rejects.toMatchObject({ code: 'data_version' });
  });

  it('refuses a configured executable of another version', async () => {
    const { root, options } = createOptions({});
    const environment = parseEnvironment({ TEMPORAL_CLI_PATH: writeTemporal(join(root, 'temporal'), OTHER_OUTPUT) });
    await expect(startEngine({ ...options, environment })).rejects.toMatchObject({ code: 'engine_version' });
  });
});

function createOptions(variables: Readonly<Record<string, string>>) {
  const root = temporaryDirectory();
  const dataDirectory = join(root, 'data');
  const options: EngineOptions = {
    environment: parseEnvironment(variables),
    dataDirectory,
    logger: createLogger('silent'),
    progress: () => undefined,
    preferredPorts: { server: 0, ui: 0 },
  };
  return { root, options, dataDirectory };
}

/** A CLI of the right version whose server does what the script says. */
function withFake(root: string, script: string) {
  const version = 'if [ "$1" = --version ]; then echo "temporal version 1.5.1 (Server 1.29.1)"; exit 0; fi';
  return parseEnvironment({ TEMPORAL_CLI_PATH: writeExecutable(join(root, 'temporal'), `${version}\n${script}`) });
}
