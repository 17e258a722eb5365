import { join } from 'node:path';
import { parse } from 'yaml';

/** What of a service of the compose file counts where it runs without a container. */
interface ComposeService {
  readonly image: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
}

export type Variables = Readonly<Record<string, string>>;

/** Of this machine; all on 127.0.0.1. */
export interface ClusterPorts {
  readonly postgres: number;
  readonly frontend: number;
  /** Of the server's other listeners, each another one. */
  readonly others: readonly number[];
}

export interface ComposePlan {
  readonly postgres: { readonly arguments: readonly string[]; readonly user: string; readonly password: string };
  readonly schema: Job;
  readonly namespace: Job;
  readonly server: Variables;
}

/** Does one thing and ends. */
interface Job {
  readonly script: string;
  readonly variables: Variables;
}

const HOST = '127.0.0.1';

/** As the configuration calls them that is built into the server from 1.30 on. */
export const OTHER_PORTS = [
  'FRONTEND_MEMBERSHIP_PORT',
  'FRONTEND_HTTP_PORT',
  'MATCHING_GRPC_PORT',
  'MATCHING_MEMBERSHIP_PORT',
  'HISTORY_GRPC_PORT',
  'HISTORY_MEMBERSHIP_PORT',
  'WORKER_GRPC_PORT',
  'WORKER_MEMBERSHIP_PORT',
] as const;

/** Of the server and its schema tool. */
export function serverVersion(compose: string): string {
  return serviceOf(compose)('temporal').image.split(':')[1] ?? '';
}

/** What the compose file says of the cluster: its own words, but for hosts, ports and the places of mounted files. */
export function planCluster(compose: string, root: string, ports: ClusterPorts): ComposePlan {
  const service = serviceOf(compose);
  const job = (name: string, variables: Variables): Job => {
    const { entrypoint = [] } = service(name);
    return { script: mounted(service(name), entrypoint.at(-1), root), variables: { ...defaults(service(name)), ...variables } };
  };
  const database = defaults(service('postgres'));
  const server = defaults(service('temporal'));
  return {
    postgres: {
      arguments: (service('postgres').command ?? []).slice(1),
      user: database['POSTGRES_USER'] ?? '',
      password: database['POSTGRES_PASSWORD'] ?? '',
    },
    schema: job('schema', { SQL_HOST: HOST, SQL_PORT: String(ports.postgres) }),
    namespace: job('namespace', { TEMPORAL_ADDRESS: `${HOST}:${ports.frontend}` }),
    server: {
      ...server,
      POSTGRES_SEEDS: HOST,
      DB_PORT: String(ports.postgres),
      // For this machine only, which has no network of its own for them as containers have.
      BIND_ON_IP: HOST,
      DYNAMIC_CONFIG_FILE_PATH: mounted(service('temporal'), server['DYNAMIC_CONFIG_FILE_PATH'], root),
      FRONTEND_GRPC_PORT: String(ports.frontend),
      ...Object.fromEntries(OTHER_PORTS.map((name, index) => [name, String(ports.others[index])])),
    },
  };
}

function serviceOf(compose: string): (name: string) => ComposeService {
  const { services } = parse(compose) as { readonly services: Readonly<Record<string, ComposeService>> };
  return (name) => {
    const found = services[name];
    if (found === undefined) throw new Error(`docker-compose.yml has no service "${name}"`);
    return found;
  };
}

/** Its variables, those that may be set with the defaults that the file gives them. */
function defaults({ environment = {} }: ComposeService): Variables {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, value.replace(/^\$\{\w+:-(.*)\}$/, (_all, fallback: string) => fallback)]),
  );
}

/** The file of this project that the container sees under the path. */
function mounted({ volumes = [] }: ComposeService, path: string | undefined, root: string): string {
  const mount = volumes.map((volume) => volume.split(':')).find(([, target]) => target === path);
  if (mount?.[0] === undefined) throw new Error(`docker-compose.yml mounts nothing as "${path ?? ''}"`);
  return join(root, mount[0]);
}
