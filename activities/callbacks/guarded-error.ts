/** A connection that the guard refused. Never put the address before the caller: it tells of our network. */
export class GuardedError extends Error {
  readonly code = 'ERR_GUARDED';
  readonly host: string;
  readonly address: string;

  constructor(host: string, address: string) {
    super(`"${host}" leads to "${address}", which is not a public address`);
    this.name = 'GuardedError';
    this.host = host;
    this.address = address;
  }
}
