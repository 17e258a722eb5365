import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SEARCH_ATTRIBUTES } from '../../../temporal/durable/names.ts';
import { readProjectFile } from './project-file.ts';

const run = promisify(execFile);
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickless-scripts-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const prepareSchema = readProjectFile('deploy/temporal/prepare-schema.sh');
const prepareNamespace = readProjectFile('deploy/temporal/prepare-namespace.sh');

/** Runs a script with a command of that name which notes its calls; `body` may make some of them fail. */
async function runScript(script: string, command: string, body: string, environment: Readonly<Record<string, string>>): Promise<string[]> {
  await writeCommand(command, `echo "$*" >> "${join(folder, 'notes')}"\n${body}`);
  await writeCommand('sleep', '');
  await writeFile(join(folder, 'script.sh'), script);
  await run('sh', [join(folder, 'script.sh')], { env: { PATH: `${folder}:${process.env['PATH'] ?? ''}`, ...environment } });
  return (await readFile(join(folder, 'notes'), 'utf8')).trim().split('\n');
}

async function writeCommand(name: string, body: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\n${body}\n`);
  await chmod(join(folder, name), 0o755);
}

function attributesOf(calls: readonly string[]): readonly string[] {
  return calls.flatMap((call) => /^operator search-attribute create --name (\w+) --type Keyword$/.exec(call)?.[1] ?? []);
}

const namespace = { TEMPORAL_ADDRESS: 'temporal:7233', TEMPORAL_NAMESPACE: 'mine', RETENTION: '7d' };

describe('deploy/temporal/prepare-schema.sh', () => {
  it('creates, sets up and updates both databases, in this order', async () => {
    expect(await runScript(prepareSchema, 'temporal-sql-tool', '', {})).toEqual([
      '--database temporal create-database',
      '--database temporal setup-schema --version 0.0',
      '--database temporal update-schema --schema-name postgresql/v12/temporal',
      '--database temporal_visibility create-database',
      '--database temporal_visibility setup-schema --version 0.0',
      '--database temporal_visibility update-schema --schema-name postgresql/v12/visibility',
    ]);
  });

  it('fails with the step that fails', async () => {
    const failing = runScript(prepareSchema, 'temporal-sql-tool', 'case "$*" in *update-schema*) exit 3;; esac', {});
    await expect(failing).rejects.toMatchObject({ code: 3 });
    expect(await readFile(join(folder, 'notes'), 'utf8')).not.toContain('temporal_visibility');
  });
});

describe('deploy/temporal/prepare-namespace.sh', () => {
  it('creates the search attributes that the code uses, and no others', async () => {
    const calls = await runScript(prepareNamespace, 'temporal', '', namespace);
    expect(attributesOf(calls)).toEqual(SEARCH_ATTRIBUTES);
    expect(calls.at(-1)).toBe(`workflow count --query ${SEARCH_ATTRIBUTES.map((name) => `${name} = ''`).join(' OR ')}`);
  });

  it('creates a namespace that is missing, with its retention', async () => {
    const calls = await runScript(prepareNamespace, 'temporal', 'case "$*" in *describe*) exit 1;; esac', namespace);
    expect(calls).toContain('operator namespace create --namespace mine --retention 7d');
  });

  it('changes the retention of one that exists', async () => {
    const calls = await runScript(prepareNamespace, 'temporal', '', namespace);
    expect(calls).toContain('operator namespace update --namespace mine --retention 7d');
    expect(calls).not.toContain('operator namespace create --namespace mine --retention 7d');
  });

  it('waits for a cluster that is not up yet', async () => {
    const body = `case "$*" in *health*) [ "$(grep -c health "${join(folder, 'notes')}")" -ge 3 ] || exit 1;; esac`;
    const calls = await runScript(prepareNamespace, 'temporal', body, namespace);
    expect(calls.filter((call) => call === 'operator cluster health')).toHaveLength(3);
  });

  it('gives up on one that never comes up, with its message', async () => {
    const body = 'case "$*" in *health*) echo "no such host" >&2; exit 1;; esac';
    await expect(runScript(prepareNamespace, 'temporal', body, namespace)).rejects.toMatchObject({ stderr: 'no such host\n' });
  });

  it('says which setting is missing', async () => {
    const { RETENTION: _retention, ...rest } = namespace;
    await expect(runScript(prepareNamespace, 'temporal', '', rest)).rejects.toThrow(/RETENTION/);
  });

  it('is caught when an attribute is missing', async () => {
    const doctored = prepareNamespace.replace(' BatchId', '');
    expect(attributesOf(await runScript(doctored, 'temporal', '', namespace))).not.toEqual(SEARCH_ATTRIBUTES);
  });
});
