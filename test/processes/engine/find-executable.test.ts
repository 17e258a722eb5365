import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cachedPath } from '../../../engine/cached-path.ts';
import { findExecutable } from '../../../engine/find-executable.ts';
import type { ExecutableSearch } from '../../../engine/find-executable.ts';
import type { Installer } from '../../../engine/installer.ts';
import { OTHER_OUTPUT, temporaryDirectory, writeExecutable, writeTemporal } from './fakes.ts';

describe('findExecutable', () => {
  it('takes the configured one before all others', async () => {
    const { root, search, said } = createSearch();
    writeTemporal(join(root, 'bin', 'temporal'));
    const configuredPath = writeTemporal(join(root, 'mine'));
    expect(await findExecutable({ ...search, configuredPath })).toBe(configuredPath);
    expect(said).toEqual([]);
  });

  it('takes one on the PATH before the cached one', async () => {
    const { root, search } = createSearch();
    writeTemporal(search.cachedPath);
    const onPath = writeTemporal(join(root, 'bin', 'temporal'));
    expect(await findExecutable(search)).toBe(onPath);
  });

  it('passes over one of another version on the PATH, says so, and takes the next', async () => {
    const { root, search, said } = createSearch();
    const other = writeTemporal(join(root, 'bin', 'temporal'), OTHER_OUTPUT);
    const fitting = writeTemporal(join(root, 'bin2', 'temporal'));
    expect(await findExecutable(search)).toBe(fitting);
    expect(said).toEqual([`Passed over "${other}": it holds server 1.27.2; needed is 1.29.1 (CLI 1.5.1).`]);
  });

  it('passes over one that does not run, and one that says nothing of a server', async () => {
    const { root, search, said } = createSearch();
    writeExecutable(join(root, 'bin', 'temporal'), 'echo broken >&2; exit 3');
    writeExecutable(join(root, 'bin2', 'temporal'), 'echo hello');
    writeTemporal(search.cachedPath);
    expect(await findExecutable(search)).toBe(search.cachedPath);
    expect(said).toEqual([expect.stringContaining('does not run: broken'), expect.stringContaining('does not say which')]);
  });

  it('does not mind folders and files of that name that can not be run', async () => {
    const { root, search, said } = createSearch();
    mkdirSync(join(root, 'bin', 'temporal'), { recursive: true });
    mkdirSync(join(root, 'bin2'));
    writeFileSync(join(root, 'bin2', 'temporal'), 'notes');
    writeTemporal(search.cachedPath);
    expect(await findExecutable(search)).toBe(search.cachedPath);
    expect(said).toEqual([]);
  });

  it('refuses a configured one of another version, although there is a fitting one', async () => {
    const { root, search } = createSearch();
    writeTemporal(join(root, 'bin', 'temporal'));
    const configuredPath = writeTemporal(join(root, 'mine'), OTHER_OUTPUT);
    await expect(findExecutable({ ...search, configuredPath })).rejects.toMatchObject({
      code: 'engine_version',
      message: `TEMPORAL_CLI_PATH is "${configuredPath}", but it holds server 1.27.2; needed is 1.29.1 (CLI 1.5.1).`,
    });
  });

  it('refuses a configured one that does not exist', async () => {
    const { root, search } = createSearch();
    const search2 = { ...search, configuredPath: join(root, 'nothing') };
    await expect(findExecutable(search2)).rejects.toMatchObject({ code: 'engine_version', message: expect.stringContaining('ENOENT') });
  });

  it('installs into the cache what is nowhere, by the first way that works', async () => {
    const { search, said } = createSearch([failing('Downloading', 'no network'), working('Building')]);
    expect(await findExecutable(search)).toBe(search.cachedPath);
    expect(said).toEqual(['Downloading …', 'Building …']);
  });

  it('names every way out, and what failed, when nothing works', async () => {
    const { search } = createSearch([failing('Downloading', 'no network'), failing('Building', 'no go')]);
    const error = await findExecutable(search).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'engine_not_found' });
    const message = error instanceof Error ? error.message : '';
    const names = ['TEMPORAL_ADDRESS', 'TEMPORAL_CLI_PATH', 'on the PATH', search.cachedPath, 'https://temporal.download', 'go install'];
    for (const part of [...names, 'Downloading: no network', 'Building: no go']) expect(message).toContain(part);
  });
});

describe('cachedPath', () => {
  it('is below XDG_CACHE_HOME', () => {
    expect(cachedPath('/var/cache/me')).toBe('/var/cache/me/tickless/temporal-cli-1.5.1/temporal');
  });

  it.each([undefined, '', 'relative'])('is below ~/.cache when that is %j', (cacheHome) => {
    expect(cachedPath(cacheHome)).toMatch(/^\/.*\/\.cache\/tickless\/temporal-cli-1\.5\.1\/temporal$/);
  });
});

function createSearch(installers: readonly Installer[] = []) {
  const root = temporaryDirectory();
  const said: string[] = [];
  const search: ExecutableSearch = {
    configuredPath: undefined,
    searchPath: ['', 'relative', join(root, 'bin'), join(root, 'bin2')].join(delimiter),
    cachedPath: join(root, 'cache', 'temporal'),
    installers,
    progress: (message) => said.push(message),
  };
  return { root, search, said };
}

function failing(title: string, reason: string): Installer {
  return { title, install: () => Promise.resolve({ ok: false, reason }) };
}

function working(title: string): Installer {
  return { title, install: (folder) => Promise.resolve({ ok: true, path: writeTemporal(join(folder, 'made')) }) };
}
