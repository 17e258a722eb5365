import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { TASK_QUEUES } from '../../../temporal/durable/names.ts';
import { composeFaults } from './compose-faults.ts';
import { parseCompose } from './compose-file.ts';
import type { Compose } from './compose-file.ts';
import { projectRoot, readProjectFile } from './project-file.ts';

const text = readProjectFile('docker-compose.yml');
const { version } = JSON.parse(readProjectFile('package.json')) as { version: string };

const [, imagePort = ''] = /PORT=(\d+)/.exec(readProjectFile('Dockerfile')) ?? [];
const run = promisify(execFile);

/** The faults after a change of the parsed file. */
function faultsAfter(doctor: (services: Compose['services'], compose: Compose) => void): readonly string[] {
  const compose = parseCompose(text);
  doctor(compose.services, compose);
  return composeFaults(compose, version);
}

/** The queues that the processes of the file serve, read from their sources. */
function servedQueues(sources: readonly string[]): readonly string[] {
  return sources.flatMap((source) => [...(/^ *lanes: \[(.*)\],$/m.exec(source)?.[1]?.matchAll(/\w+/g) ?? [])].map(([lane]) => lane));
}

describe('docker-compose.yml', () => {
  it('fits the code', () => {
    expect(composeFaults(parseCompose(text), version)).toEqual([]);
  });

  it('has the services of a whole installation', () => {
    const services = ['postgres', 'schema', 'temporal', 'namespace', 'ui', 'api', 'worker', 'prometheus', 'grafana'];
    expect(Object.keys(parseCompose(text).services)).toEqual(services);
  });

  it('runs a worker that exists as a source', () => {
    const { worker } = parseCompose(text).services;
    const [, target = ''] = worker?.command ?? [];
    expect(existsSync(join(projectRoot, target.replace(/^node_modules\/tickless\/dist\//, '').replace(/\.js$/, '.ts')))).toBe(true);
  });

  it("serves the workers' metrics to this network only", () => {
    const { worker } = parseCompose(text).services;
    expect(worker?.environment?.['METRICS_PORT']).toMatch(/^\d+$/);
    expect(worker?.ports).toBeUndefined();
  });

  it("publishes the API's port, and tells it where the UI is", () => {
    const { api, ui } = parseCompose(text).services;
    expect(api?.ports).toEqual([`\${PORT:-${imagePort}}:${imagePort}`]);
    expect(api?.environment?.['TEMPORAL_UI_URL']).toBe(`http://${ui?.ports?.[0]?.replace(/:\d+$/, '')}`);
  });

  it.each([
    ['healthy', 200, 0],
    ['unhealthy', 503, 1],
  ])('calls an API %s whose readiness answers %i', async (_, status, code) => {
    const server = createServer(({ url }, response) => response.writeHead(url === '/readyz' ? status : 404).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const [, command = '', ...words] = parseCompose(text).services['api']?.healthcheck?.test ?? [];
    const asked = words.map((word) => word.replace(`127.0.0.1:${imagePort}/`, `127.0.0.1:${(server.address() as AddressInfo).port}/`));
    expect(asked).not.toEqual(words);
    const exitCode = await run(command, asked).then(
      () => 0,
      (error: { code: number }) => error.code,
    );
    server.close();
    expect(exitCode).toBe(code);
  });

  it('serves every queue', () => {
    const [worker, api] = ['worker/run-worker.ts', 'api/run-api.ts'].map(readProjectFile);
    expect(servedQueues([worker ?? ''])).toEqual(Object.keys(TASK_QUEUES));
    expect(servedQueues([api ?? ''])).toEqual(['light']);
    expect(servedQueues([worker?.replace(`, 'delivery'`, '') ?? ''])).not.toEqual(Object.keys(TASK_QUEUES));
  });

  it.each<readonly [fault: string, doctor: (services: Compose['services'], compose: Compose) => void]>([
    [`postgres's image "postgres:latest" is not pinned`, ({ postgres }) => (postgres!.image = 'postgres:latest')],
    [`ui's image "temporalio/ui" is not pinned`, ({ ui }) => (ui!.image = 'temporalio/ui')],
    ['temporal uses the auto-setup image', ({ temporal }) => (temporal!.image = 'temporalio/auto-setup:1.29.1')],
    ["api's image has not the version of package.json", ({ api }) => (api!.image = 'tickless:9.9.9')],
    ['the server and its tools have different versions', ({ schema }) => (schema!.image = 'temporalio/admin-tools:1.31.2')],
    [`temporal's port "7233:7233" is open to the network`, ({ temporal }) => (temporal!.ports = ['7233:7233'])],
    [`ui's port "0.0.0.0:8233:8080" is open to the network`, ({ ui }) => (ui!.ports = ['0.0.0.0:8233:8080'])],
    [`postgres's volume "postgres-data" is not declared`, (_, { volumes }) => delete volumes['postgres-data']],
    [`schema mounts "./deploy/gone.sh", which is missing`, ({ schema }) => (schema!.volumes = ['./deploy/gone.sh:/prepare-schema.sh:ro'])],
    [`api may write to "./deploy"`, ({ api }) => api!.volumes!.push('./deploy:/deploy')],
    [`namespace needs "/prepare-namespace.sh", which is not mounted`, ({ namespace }) => delete namespace!.volumes],
    [
      'temporal needs "/etc/temporal/config/dynamicconfig/tickless.yaml", which is not mounted',
      ({ temporal }) => (temporal!.volumes = ['./deploy/temporal/dynamic-config.yaml:/elsewhere.yaml:ro']),
    ],
    ['postgres has no health check', ({ postgres }) => delete postgres!.healthcheck],
    ['ui has no health check', ({ ui }) => (ui!.healthcheck!.test = ['NONE'])],
    ['worker is not started again when it ends', ({ worker }) => delete worker!.restart],
    ['schema is started again though it is to end', ({ schema }) => (schema!.restart = 'always')],
    ['api does not wait for namespace', ({ api }) => delete api!.depends_on!['namespace']],
    ['namespace does not wait for temporal', ({ namespace }) => delete namespace!.depends_on],
    ['cache does not wait for a place in the order', ({ postgres }, { services }) => (services['cache'] = postgres!)],
    [
      'temporal waits for schema by "service_started"',
      ({ temporal }) => (temporal!.depends_on!['schema'] = { condition: 'service_started' }),
    ],
    ['api waits for temporal by "service_started"', ({ api }) => (api!.depends_on!['temporal'] = { condition: 'service_started' })],
    ['api is given CALLBACK_TIMEOUT, which nobody reads', ({ api }) => (api!.environment!['CALLBACK_TIMEOUT'] = '30s')],
    ["UNKNOWN_TYPES can't be set", ({ api }) => delete api!.environment!['UNKNOWN_TYPES']],
    ['worker starts without WEBHOOK_SECRETS', ({ worker }) => (worker!.environment!['WEBHOOK_SECRETS'] = '${WEBHOOK_SECRETS:-}')],
    ['api starts without API_KEYS', ({ api }) => (api!.environment!['API_KEYS'] = '${API_KEYS:-}')],
    ['api does not say what API_KEYS should be', ({ api }) => (api!.environment!['API_KEYS'] = '${API_KEYS:?}')],
    ['api has another default for LOG_LEVEL', ({ api }) => (api!.environment!['LOG_LEVEL'] = '${LOG_LEVEL:-debug}')],
    ['namespace has another default for RETENTION', ({ namespace }) => (namespace!.environment!['RETENTION'] = '${RETENTION:-1d}')],
    ['api gives CALLBACK_ALLOW the value of API_KEYS', ({ api }) => (api!.environment!['CALLBACK_ALLOW'] = '${API_KEYS:-}')],
    ['worker takes LOG_LEVEL from nowhere', ({ worker }) => (worker!.environment!['LOG_LEVEL'] = '${LOGLEVEL:-}')],
    ['worker looks for the server elsewhere', ({ worker }) => (worker!.environment!['TEMPORAL_ADDRESS'] = 'localhost:7233')],
    ['postgres has {"a":1} where text belongs', ({ postgres }) => postgres!.command!.push({ a: 1 } as unknown as string)],
    ['temporal has 16 where text belongs', ({ temporal }) => (temporal!.environment!['NUM_HISTORY_SHARDS'] = 16 as unknown as string)],
    ['the namespace is not the same everywhere', ({ worker }) => (worker!.environment!['TEMPORAL_NAMESPACE'] = 'other')],
    ['the schema goes to another database than the server uses', ({ schema }) => (schema!.environment!['SQL_HOST'] = 'other')],
    [
      "temporal's health check asks another port",
      ({ temporal }) => (temporal!.healthcheck!.test = ['CMD', 'nc', '-z', '127.0.0.1', '7234']),
    ],
    ['api is killed while it stops', ({ api }) => (api!.stop_grace_period = '10s')],
    ['worker is killed while it stops', ({ worker }) => delete worker!.stop_grace_period],
  ])('shows the fault "%s"', (fault, doctor) => {
    expect(faultsAfter(doctor)).toContain(fault);
  });
});
