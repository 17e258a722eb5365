import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createDownloadInstaller } from '../../../engine/download-installer.ts';
import { createGoInstaller } from '../../../engine/go-installer.ts';
import { installExecutable } from '../../../engine/install-executable.ts';
import { identifyProcess } from '../../../engine/process-identity.ts';
import { until } from '../../support/until.ts';
import { OTHER_OUTPUT, PINNED_OUTPUT, temporaryDirectory, writeExecutable, writeTemporal } from './fakes.ts';

/** A `go` that needs a moment and leaves half of the result in between. */
const FAKE_GO = `
  echo "$@ GOWORK=$GOWORK" >> "$(dirname "$0")/calls"
  printf half > "$GOBIN/temporal"
  sleep 0.3
  printf '#!/bin/sh\\necho "${PINNED_OUTPUT}"\\n' > "$GOBIN/temporal"
  chmod +x "$GOBIN/temporal"
`;

describe('installExecutable', () => {
  it('builds with go in a folder of its own and keeps only the executable', async () => {
    const { root, path } = createPlace();
    writeExecutable(join(root, 'bin', 'go'), FAKE_GO);
    expect(await installExecutable(goInstaller(root), path)).toEqual({ ok: true, path });
    expect(readdirSync(dirname(path))).toEqual(['temporal']);
    expect(readFileSync(join(root, 'bin', 'calls'), 'utf8')).toBe('install github.com/temporalio/cli/cmd/temporal@v1.5.1 GOWORK=off\n');
  });

  it('lets two build at once without harm', async () => {
    const { root, path } = createPlace();
    writeExecutable(join(root, 'bin', 'go'), FAKE_GO);
    const results = await Promise.all([installExecutable(goInstaller(root), path), installExecutable(goInstaller(root), path)]);
    expect(results).toEqual([
      { ok: true, path },
      { ok: true, path },
    ]);
    expect(readFileSync(path, 'utf8')).toContain(PINNED_OUTPUT);
    expect(readdirSync(dirname(path))).toEqual(['temporal']);
  });

  it('says what go has printed when it fails', async () => {
    const { root, path } = createPlace();
    writeExecutable(join(root, 'bin', 'go'), 'echo "no such module" >&2; exit 1');
    expect(await installExecutable(goInstaller(root), path)).toEqual({ ok: false, reason: 'no such module' });
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  it('says where nothing can be kept, and why', async () => {
    const { root } = createPlace();
    writeFileSync(join(root, 'home'), 'no folder');
    const cache = join(root, 'home', 'tickless');
    const reason = `nothing can be kept in "${cache}" (ENOTDIR)`;
    expect(await installExecutable(goInstaller(root), join(cache, 'temporal'))).toEqual({ ok: false, reason });
  });

  it('says that there is no go', async () => {
    const { root, path } = createPlace();
    expect(await installExecutable(goInstaller(root), path)).toEqual({ ok: false, reason: expect.stringContaining('ENOENT') });
  });

  it('does not keep an executable of another version', async () => {
    const { path } = createPlace();
    const install = (folder: string) => Promise.resolve({ ok: true as const, path: writeTemporal(join(folder, 'made'), OTHER_OUTPUT) });
    expect(await installExecutable({ title: 'Other', install }, path)).toMatchObject({ ok: false });
    expect(existsSync(path)).toBe(false);
  });

  it('removes what a killed installation left, however lately, and leaves one alone that is under way, however old', async () => {
    const { root, path } = createPlace();
    const cache = dirname(path);
    for (const name of ['installing-1234567-00000000-a', `installing-${process.pid}-00000000-b`, 'installing-c'])
      mkdirSync(join(cache, name), { recursive: true });
    let underWay: readonly string[] = [];
    const install = async (folder: string) => {
      utimesSync(folder, 0, 0);
      writeExecutable(join(root, 'bin', 'go'), FAKE_GO);
      await installExecutable(goInstaller(root), path);
      underWay = readdirSync(cache);
      return { ok: false as const, reason: 'none' };
    };
    await installExecutable({ title: 'Slow', install }, path);
    expect(underWay.toSorted()).toEqual([expect.stringMatching(`^installing-${process.pid}-[0-9a-f]{8}-`), 'temporal']);
    expect(readdirSync(cache)).toEqual(['temporal']);
  });

  it('keeps what the SDK has downloaded', async () => {
    const { root, path } = createPlace();
    const testingModule = writeModule(
      root,
      `
      import { chmodSync, writeFileSync } from 'node:fs';
      export const TestWorkflowEnvironment = {
        async createLocal({ server: { executable } }) {
          const file = executable.downloadDir + '/temporal-' + executable.version;
          writeFileSync(file, '#!/bin/sh\\necho "${PINNED_OUTPUT}"\\n');
          chmodSync(file, 0o755);
          return { teardown: async () => {} };
        },
      };
    `,
    );
    expect(await installExecutable(createDownloadInstaller({ timeoutMs: 20_000, testingModule }), path)).toEqual({ ok: true, path });
  });

  it("gives the SDK's reason for a failed download in one line", async () => {
    const { root, path } = createPlace();
    const testingModule = writeModule(
      root,
      `
      export const TestWorkflowEnvironment = { async createLocal() { throw new Error('dns error: Name or service not known'); } };
    `,
    );
    const installation = await installExecutable(createDownloadInstaller({ timeoutMs: 20_000, testingModule }), path);
    expect(installation).toEqual({ ok: false, reason: 'Error: dns error: Name or service not known' });
  });

  it('ends a download that takes too long, with the server it has started', async () => {
    const { root, path } = createPlace();
    const pidFile = join(root, 'pid');
    const testingModule = writeModule(
      root,
      `
      import { spawn } from 'node:child_process';
      import { writeFileSync } from 'node:fs';
      export const TestWorkflowEnvironment = {
        async createLocal() {
          writeFileSync(${JSON.stringify(pidFile)}, String(spawn('sleep', ['60']).pid));
          await new Promise(() => setInterval(() => {}, 1_000));
        },
      };
    `,
    );
    const installing = installExecutable(createDownloadInstaller({ timeoutMs: 2_000, testingModule }), path);
    await expect(installing).resolves.toMatchObject({ ok: false, reason: expect.stringContaining('given up after 2 s') });
    const server = Number(readFileSync(pidFile, 'utf8'));
    await until('the server is gone', () => Promise.resolve(identifyProcess(server) === undefined));
  });
});

function createPlace() {
  const root = temporaryDirectory();
  return { root, path: join(root, 'cache', 'temporal') };
}

function goInstaller(root: string) {
  return createGoInstaller(`${join(root, 'bin')}:/usr/bin:/bin`);
}

function writeModule(root: string, text: string): string {
  const file = join(root, 'testing.mjs');
  writeFileSync(file, text);
  return file;
}
