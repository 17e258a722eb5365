import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort, startServiceProcess } from '../support/service-process.ts';
import type { ServiceProcess } from '../support/service-process.ts';
import { until } from '../support/until.ts';

let dataDirectory: string;
let service: ServiceProcess;
let port: number;

beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-hosts-'));
  port = await freePort();
  service = await start();
});
afterEach(async () => {
  service.kill('SIGTERM');
  await service.exited;
  await rm(dataDirectory, { recursive: true, force: true });
});

function start(): Promise<ServiceProcess> {
  return startServiceProcess({ dataDirectory, port, env: { HANDLER_GRACE_MS: '100' } });
}

async function submit(how: string): Promise<string> {
  const response = await fetch(`${service.url}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'test-planted', data: { how } }),
  });
  return ((await response.json()) as { id: string }).id;
}

/** The processes of handlers that a service has started, by their ids. */
function hostsOf(servicePid: number): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && parentOf(pid) === servicePid && commandOf(pid).includes('host-main'));
}

function parentOf(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}

function commandOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

it.runIf(process.platform === 'linux')(
  'leaves no process behind when it is killed, also of a handler that loops, and fails that event afterwards',
  async () => {
    const id = await submit('loop');
    const hosts = await until('handlers run', () => {
      const found = hostsOf(service.pid);
      return Promise.resolve(found.length > 0 && found);
    });
    service.kill('SIGKILL');
    await service.exited;

    await until('no host is left', () => Promise.resolve(hosts.every((pid) => !commandOf(pid).includes('host-main'))));
    service = await start();
    const event = await until(
      'it has failed',
      async () => {
        const { status, error } = (await (await fetch(`${service.url}/v1/events/${id}`)).json()) as {
          status: string;
          error: { code: string };
        };
        return status === 'failed' && error;
      },
      120_000,
    );

    expect(event.code).toBe('timeout');
  },
  240_000,
);
