import { Readable } from 'node:stream';
import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import type { MiddlewareHandler } from 'hono';
import type { AppEnvironment } from './app.ts';
import { isBrokenOff, UnreadableBodyError } from './body-errors.ts';
import { problem } from './problem.ts';

// A million lines of a kilobyte. Other bodies have lower limits of their own, which count what is decoded too.
const MAX_DECODED_BYTES = 1024 ** 3;
const CHUNK = { chunkSize: 64 * 1024 } as const;

const DECODERS: ReadonlyMap<string, () => Transform> = new Map([
  ['gzip', () => zlib.createGunzip(CHUNK)],
  ['x-gzip', () => zlib.createGunzip(CHUNK)],
  ['deflate', () => zlib.createInflate(CHUNK)],
  ['br', () => zlib.createBrotliDecompress(CHUNK)],
  ...zstd(),
]);

/**
 * Decodes bodies that came with a `Content-Encoding`, as they are read, and refuses the codings that it doesn't know (RFC 9110,
 * section 8.4). What comes after it sees the decoded body, whose length nobody has declared.
 */
export function decodeBody(maxBytes = MAX_DECODED_BYTES): MiddlewareHandler<AppEnvironment> {
  return async (context, next) => {
    const codings = codingsOf(context.req.header('content-encoding'));
    const [coding = '', ...others] = codings;
    if (codings.length === 0) return next();
    const createDecoder = others.length === 0 ? DECODERS.get(coding) : undefined;
    if (createDecoder === undefined) {
      const taken = [...DECODERS.keys()].join(', ');
      const detail = `the body is encoded as "${codings.join(', ')}"; this takes one of ${taken}`;
      return problem(context, { code: 'unsupported_media_type', detail, headers: { 'accept-encoding': taken } });
    }
    const { body, headers: sent } = context.req.raw;
    if (body === null) return next();
    const decoder = createDecoder();
    const decoded = ReadableStream.from(decode(body, decoder, { coding, maxBytes }));
    const headers = new Headers(sent);
    headers.delete('content-encoding');
    headers.delete('content-length');
    context.req.raw = new Request(context.req.raw, { method: context.req.method, headers, body: decoded, duplex: 'half' });
    await next();
    // Whoever was refused in the middle reads no further.
    decoder.destroy();
    return undefined;
  };
}

interface DecodeOptions {
  readonly coding: string;
  readonly maxBytes: number;
}

/** Only as fast as it is read, so that little of what would be too large is ever decoded. */
async function* decode(
  body: ReadableStream<Uint8Array>,
  decoder: Transform,
  { coding, maxBytes }: DecodeOptions,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  // What fails there fails the reading too.
  pipeline(Readable.fromWeb(body), decoder).catch(() => undefined);
  try {
    for await (const chunk of decoder as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new UnreadableBodyError('too_large', `an encoded body has at most ${maxBytes} bytes when it is decoded`);
      yield chunk;
    }
  } catch (error) {
    if (!(error instanceof Error) || error instanceof UnreadableBodyError || isBrokenOff(error)) throw error;
    throw new UnreadableBodyError('malformed', `the body is not "${coding}": ${error.message}`, { cause: error });
  }
}

function codingsOf(header: string | undefined): readonly string[] {
  const named = (header ?? '').split(',').map((coding) => coding.trim().toLowerCase());
  return named.filter((coding) => coding !== '' && coding !== 'identity');
}

// `zlib.constants.ZSTD_d_windowLogMax`, which older versions lack. A window of 8 MB is what the coding may ask for (RFC 9659).
const ZSTD_WINDOW_LOG_MAX = 100;

/** From Node 22.15 on. */
function zstd(): readonly [string, () => Transform][] {
  const create: unknown = Reflect.get(zlib, 'createZstdDecompress');
  return typeof create === 'function' ? [['zstd', () => create({ ...CHUNK, params: { [ZSTD_WINDOW_LOG_MAX]: 23 } }) as Transform]] : [];
}
