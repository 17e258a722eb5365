import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { environmentSchema, parseEnvironment } from '../../../config/environment.ts';
import { parseDurationMs } from '../../../config/durations.ts';
import { isOneShot } from './compose-file.ts';
import type { Compose, Service } from './compose-file.ts';
import { isKnownVariable, ourVariables } from './known-variables.ts';
import { projectRoot } from './project-file.ts';

/** What is wrong with the file, one sentence each; nothing if all is well. */
export function composeFaults(compose: Compose, packageVersion: string): readonly string[] {
  const services = Object.entries(compose.services);
  const untyped = services.flatMap(([name, service]) => textFaults(name, service));
  if (untyped.length > 0) return untyped;
  return [
    ...services.flatMap(([name, service]) => [
      ...imageFaults(name, service, packageVersion),
      ...portFaults(name, service),
      ...mountFaults(name, service, compose),
      ...healthFaults(name, service),
      ...orderFaults(name, service, compose),
      ...interpolationFaults(name, service),
    ]),
    ...versionFaults(compose),
    ...environmentFaults(compose),
    ...addressFaults(compose),
    ...stopFaults(compose),
  ];
}

const OURS = ['api', 'worker'];

function imageFaults(name: string, { image, build }: Service, packageVersion: string): readonly string[] {
  if (build !== undefined) return image === `tickless:${packageVersion}` ? [] : [`${name}'s image has not the version of package.json`];
  if (image.includes('auto-setup')) return [`${name} uses the auto-setup image`];
  return /^[a-z/-]+:v?\d+\.\d+(\.\d+)?$/.test(image) ? [] : [`${name}'s image "${image}" is not pinned`];
}

/** The tools bring the schema that the server of the same version checks at its start. */
function versionFaults({ services }: Compose): readonly string[] {
  const [server, ...tools] = ['temporal', 'schema', 'namespace'].map((name) => services[name]?.image.split(':')[1]);
  return tools.every((version) => version === server) ? [] : ['the server and its tools have different versions'];
}

// Behind a key; everything else would let anyone in.
const OPEN_TO_THE_NETWORK = ['api'];

function portFaults(name: string, { ports = [] }: Service): readonly string[] {
  if (OPEN_TO_THE_NETWORK.includes(name)) return [];
  return ports.filter((port) => !/^127\.0\.0\.1:\d+:\d+$/.test(port)).map((port) => `${name}'s port "${port}" is open to the network`);
}

function mountFaults(name: string, service: Service, compose: Compose): readonly string[] {
  const mounts = (service.volumes ?? []).map((mount) => mount.split(':'));
  const targets = mounts.map(([, target]) => target);
  const needed = [...(service.entrypoint ?? []).slice(1), service.environment?.['DYNAMIC_CONFIG_FILE_PATH'] ?? []].flat();
  return [
    ...mounts.flatMap(([source = '', , mode]) => {
      if (!source.startsWith('.')) return source in compose.volumes ? [] : [`${name}'s volume "${source}" is not declared`];
      if (!existsSync(join(projectRoot, source))) return [`${name} mounts "${source}", which is missing`];
      return mode === 'ro' ? [] : [`${name} may write to "${source}"`];
    }),
    ...needed.filter((path) => !targets.includes(path)).map((path) => `${name} needs "${path}", which is not mounted`),
  ];
}

/** A worker has no port to ask; it ends when it can't go on. */
const WITHOUT_HEALTH_CHECK = ['worker'];

function healthFaults(name: string, service: Service): readonly string[] {
  if (isOneShot(service)) return service.restart === undefined ? [] : [`${name} is started again though it is to end`];
  const hasCheck = service.healthcheck !== undefined && service.healthcheck.test.length > 1;
  return [
    ...(hasCheck || WITHOUT_HEALTH_CHECK.includes(name) ? [] : [`${name} has no health check`]),
    ...(service.restart === 'unless-stopped' ? [] : [`${name} is not started again when it ends`]),
  ];
}

/** What must be there, in this order, before a service starts. */
const AFTER: Readonly<Record<string, readonly string[]>> = {
  postgres: [],
  schema: ['postgres'],
  temporal: ['schema', 'postgres'],
  namespace: ['temporal', 'schema', 'postgres'],
  ui: ['temporal'],
  api: ['namespace', 'temporal', 'schema', 'postgres'],
  worker: ['namespace', 'temporal', 'schema', 'postgres'],
  prometheus: [],
  grafana: ['prometheus'],
};

function orderFaults(name: string, service: Service, { services }: Compose): readonly string[] {
  const before = startedBefore(name, services);
  return [
    ...(AFTER[name] ?? ['a place in the order']).filter((other) => !before.has(other)).map((other) => `${name} does not wait for ${other}`),
    ...Object.entries(service.depends_on ?? {}).flatMap(([other, { condition }]) => {
      const wanted = services[other] && isOneShot(services[other]) ? 'service_completed_successfully' : 'service_healthy';
      return condition === wanted ? [] : [`${name} waits for ${other} by "${condition}"`];
    }),
  ];
}

function startedBefore(name: string, services: Compose['services'], found = new Set<string>()): ReadonlySet<string> {
  for (const other of Object.keys(services[name]?.depends_on ?? {})) {
    if (found.has(other)) continue;
    found.add(other);
    startedBefore(other, services, found);
  }
  return found;
}

/** `${NAME:-default}` and `${NAME:?reason}` in settings that are ours: the same name, and the default of the code. */
function interpolationFaults(name: string, { environment = {} }: Service): readonly string[] {
  return Object.entries(environment).flatMap(([variable, value]) => {
    const [, source, kind, rest = ''] = /^\$\{(\w+):([-?])(.*)\}$/.exec(value) ?? [];
    if (source === undefined || !ourVariables.includes(source))
      return value.includes('$') ? [`${name} takes ${variable} from nowhere`] : [];
    if (kind === '?') return rest.length > 20 ? [] : [`${name} does not say what ${variable} should be`];
    if (variable !== source && ourVariables.includes(variable)) return [`${name} gives ${variable} the value of ${source}`];
    return isDefaultOf(source, rest) ? [] : [`${name} has another default for ${source}`];
  });
}

function isDefaultOf(variable: string, text: string): boolean {
  const [withText, without] = [parseEnvironment({ [variable]: text }), parseEnvironment({})];
  return JSON.stringify(withText) === JSON.stringify(without);
}

/** YAML makes numbers, booleans and maps of what looks like them; a colon and a space inside of a command is enough. */
function textFaults(name: string, { command = [], entrypoint = [], environment = {}, healthcheck }: Service): readonly string[] {
  const values: readonly unknown[] = [...command, ...entrypoint, ...(healthcheck?.test ?? []), ...Object.values(environment)];
  return values.filter((value) => typeof value !== 'string').map((value) => `${name} has ${JSON.stringify(value)} where text belongs`);
}

/** Variables that api and worker aren't given, and why. */
const SET_ELSEWHERE: Readonly<Record<string, string>> = {
  PORT: 'by the Dockerfile; here it is the port on the host',
  HOST: 'by the Dockerfile',
  TICKLESS_DATA: 'by the Dockerfile',
  TEMPORAL_CLI_PATH: 'for the embedded engine',
  ENGINE_SYNC: 'for the embedded engine',
  RETENTION: 'for the namespace, by its own service',
};

function environmentFaults({ services }: Compose): readonly string[] {
  const given = OURS.flatMap((name) => Object.keys(services[name]?.environment ?? {}));
  const isRequired = (name: string, variable: string): boolean =>
    services[name]?.environment?.[variable]?.startsWith('${' + variable + ':?') === true;
  return [
    ...OURS.flatMap((name) =>
      Object.keys(services[name]?.environment ?? {})
        .filter((variable) => !isKnownVariable(variable))
        .map((variable) => `${name} is given ${variable}, which nobody reads`),
    ),
    ...Object.keys(environmentSchema.shape)
      .filter((variable) => !given.includes(variable) && SET_ELSEWHERE[variable] === undefined)
      .map((variable) => `${variable} can't be set`),
    ...OURS.filter((name) => !isRequired(name, 'WEBHOOK_SECRETS')).map((name) => `${name} starts without WEBHOOK_SECRETS`),
    ...(isRequired('api', 'API_KEYS') ? [] : ['api starts without API_KEYS']),
  ];
}

function addressFaults({ services }: Compose): readonly string[] {
  const users = Object.entries(services).filter(([, { environment = {} }]) => 'TEMPORAL_ADDRESS' in environment);
  const namespaces = users.map(
    ([, { environment = {} }]) => environment['TEMPORAL_NAMESPACE'] ?? environment['TEMPORAL_DEFAULT_NAMESPACE'],
  );
  const database = services['schema']?.environment ?? {};
  const server = services['temporal']?.environment ?? {};
  const isSameDatabase =
    database['SQL_PLUGIN'] === server['DB'] &&
    database['SQL_HOST'] === server['POSTGRES_SEEDS'] &&
    database['SQL_PORT'] === server['DB_PORT'] &&
    database['SQL_USER'] === server['POSTGRES_USER'] &&
    database['SQL_PASSWORD'] === server['POSTGRES_PWD'] &&
    database['SQL_PASSWORD'] === services['postgres']?.environment?.['POSTGRES_PASSWORD'] &&
    String(server['POSTGRES_SEEDS']) in services;
  return [
    ...users
      .filter(([, { environment = {} }]) => environment['TEMPORAL_ADDRESS'] !== 'temporal:7233')
      .map(([name]) => `${name} looks for the server elsewhere`),
    ...(new Set(namespaces).size === 1 ? [] : ['the namespace is not the same everywhere']),
    ...(isSameDatabase ? [] : ['the schema goes to another database than the server uses']),
    ...(services['temporal']?.healthcheck?.test.includes('7233') ? [] : ["temporal's health check asks another port"]),
  ];
}

/** How long a stop of ours may take. */
const STOP_MS = 10_000;

function stopFaults({ services }: Compose): readonly string[] {
  return OURS.flatMap((name) => {
    const graceMs = parseDurationMs(services[name]?.stop_grace_period ?? '10s') ?? 0;
    return graceMs > STOP_MS ? [] : [`${name} is killed while it stops`];
  });
}
