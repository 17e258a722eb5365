/** The part of undici's parser that matters here. Its first two methods are called for each answer. */
interface Parser {
  onStatus(reason: Uint8Array): number;
  onHeadersComplete(status: number, isUpgrade: boolean, shouldKeepAlive: boolean): number;
  /** Breaks the connection off when the header section is too large. */
  trackHeader(bytes: number): void;
}

const METHODS = ['onStatus', 'onHeadersComplete', 'trackHeader'] as const;
const CONTINUE = 100;
const PROCESSING = 102;

/**
 * Mends the parser that undici (7.30) has put on a socket, where it doesn't do as a client of strangers must:
 * - It breaks the connection off at a `100 Continue` that it didn't ask for. A client passes over that (RFC 9110, 15.2), as
 *   undici does over any other interim answer. So it is told of a 102.
 * - It reads a reason phrase without end. So that counts as part of the header section.
 *
 * The parser is private to undici. If another version has none of this kind, it stays as it is, and the tests of odd receivers fail.
 */
export function mendParser(socket: object): void {
  const parser = Object.getOwnPropertySymbols(socket)
    .filter(({ description }) => description === 'parser')
    .map((symbol): unknown => Reflect.get(socket, symbol))
    .find(isParser);
  if (parser === undefined) return;
  const onStatus = parser.onStatus.bind(parser);
  const onHeadersComplete = parser.onHeadersComplete.bind(parser);
  parser.onStatus = (reason) => {
    parser.trackHeader(reason.length);
    return onStatus(reason);
  };
  parser.onHeadersComplete = (status, isUpgrade, shouldKeepAlive) =>
    onHeadersComplete(status === CONTINUE ? PROCESSING : status, isUpgrade, shouldKeepAlive);
}

function isParser(value: unknown): value is Parser {
  return typeof value === 'object' && value !== null && METHODS.every((name) => typeof Reflect.get(value, name) === 'function');
}
