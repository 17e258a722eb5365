export interface EngineVersion {
  readonly cli: string;
  readonly server: string;
}

/**
 * The one version that every way of getting an engine leads to: a data file is readable only by the server that made it,
 * and newer CLI modules have a `replace` directive, which `go install` refuses.
 */
export const PINNED_VERSION: EngineVersion = { cli: '1.5.1', server: '1.29.1' };

/**
 * Parses what `temporal --version` prints, such as `temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)`.
 * A binary built by `go install` calls its CLI 0.0.0-DEV, so only the server's version identifies it.
 */
export function parseVersion(text: string): EngineVersion | undefined {
  const match = /^temporal version (\S+) \(Server ([^\s,)]+)/m.exec(text);
  const [, cli, server] = match ?? [];
  return cli === undefined || server === undefined ? undefined : { cli, server };
}
