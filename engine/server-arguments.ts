import { HOST } from './address.ts';
import { DYNAMIC_CONFIG } from './dynamic-config.ts';
import { SEARCH_ATTRIBUTES } from '../temporal/durable/names.ts';

export interface ServerSettings {
  /** `normal` survives any crash but may lose the last commits in a power cut, `full` costs an fsync a commit. */
  readonly sync: 'normal' | 'full';
  readonly headless: boolean;
  readonly namespace: string;
}

export interface ServerPorts {
  readonly server: number;
  /** Unused by a headless server. */
  readonly ui: number;
}

interface ServerStart {
  readonly settings: ServerSettings;
  readonly ports: ServerPorts;
}

/** The database, relative to the data directory: an absolute path with `?` or `%` would be misread as part of a URI. */
export const DATABASE_FILE = 'engine.db';

/** The arguments of `temporal` for one start. It picks free ports for HTTP and metrics by itself. */
export function serverArguments({ settings, ports }: ServerStart): readonly string[] {
  return [
    'server',
    'start-dev',
    ...settingArguments(settings),
    ...['--port', String(ports.server)],
    ...(settings.headless ? [] : ['--ui-port', String(ports.ui)]),
  ];
}

/**
 * Those of the start that makes the database, and does nothing else. Its journal is one that leaves nothing beside the file; to sync
 * is of no use for what is deleted if it isn't finished.
 */
export function makingArguments({ settings, ports }: ServerStart): readonly string[] {
  return [
    'server',
    'start-dev',
    ...databaseArguments(settings, { journal: 'DELETE', sync: 'OFF' }),
    '--headless',
    ...['--port', String(ports.server)],
    ...SEARCH_ATTRIBUTES.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
  ];
}

/** What tells one configuration from another: neither ports nor what counts only at the making of the file. */
export function settingArguments(settings: ServerSettings): readonly string[] {
  return [
    ...databaseArguments(settings, { journal: 'WAL', sync: settings.sync.toUpperCase() }),
    ...(settings.headless ? ['--headless'] : []),
    ...DYNAMIC_CONFIG.flatMap(({ key, value }) => ['--dynamic-config-value', `${key}=${JSON.stringify(value)}`]),
  ];
}

/** What every start on the database has, be it to make it or to run on it. */
function databaseArguments(
  { namespace }: ServerSettings,
  { journal, sync }: { readonly journal: 'DELETE' | 'WAL'; readonly sync: string },
): readonly string[] {
  return [
    ...['--db-filename', DATABASE_FILE],
    ...['--sqlite-pragma', `journal_mode=${journal}`],
    ...['--sqlite-pragma', `synchronous=${sync}`],
    ...['--ip', HOST],
    ...['--log-level', 'error'],
    ...(namespace === 'default' ? [] : ['--namespace', namespace]),
  ];
}
