import { TicklessError, toTicklessError } from './tickless-error.ts';

export interface TransportOptions {
  /** Where the service is, with or without a slash at the end. */
  readonly url: string;
  readonly apiKey?: string | undefined;
  readonly fetch?: typeof fetch;
}

export interface TransportRequest {
  readonly method?: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is, bit by bit. */
  readonly body?: ReadableStream<Uint8Array>;
  readonly signal?: AbortSignal | undefined;
}

/** Asks the service, with the caller's key. @throws TicklessError for every answer but a success, and when there is none */
export type Transport = (path: string, request?: TransportRequest) => Promise<Response>;

export function createTransport({ url, apiKey, fetch: send = fetch }: TransportOptions): Transport {
  const base = url.replace(/\/+$/, '');
  return async (path, { method = 'GET', query = {}, headers = {}, json, body, signal } = {}) => {
    const target = new URL(`${base}${path}`);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) target.searchParams.set(name, String(value));
    const init: RequestInit & { duplex?: 'half' } = {
      method,
      headers: {
        ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
      ...(body !== undefined && { body, duplex: 'half' }),
      ...(signal !== undefined && { signal }),
    };
    const response = await send(target, init).catch((cause: unknown) => {
      if (signal?.aborted) throw signal.reason;
      throw new TicklessError({ code: 'unreachable', status: 0, message: `nothing answers at ${base}`, cause });
    });
    if (!response.ok) throw await toTicklessError(response);
    return response;
  };
}

/** The body of an answer, which is trusted to be what the contract says. @throws TicklessError when it isn't JSON */
export async function readJson<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T;
  } catch (cause) {
    const message = 'the server answered something that is not JSON';
    throw new TicklessError({ code: 'unexpected_answer', status: response.status, message, cause });
  }
}
