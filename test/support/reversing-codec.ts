import type { Payload, PayloadCodec } from '@temporalio/common';

const ENCODING = 'binary/reversed';

/** As one that encrypts does, it leaves nothing that could be read without it. */
export const reversingCodec: PayloadCodec = {
  encode: async (payloads) => payloads.map(encode),
  decode: async (payloads) => payloads.map(decode),
};

function encode({ metadata, data }: Payload): Payload {
  const inner = Buffer.from(JSON.stringify({ encoding: toText(metadata?.['encoding']), data: toText(data) }));
  return { metadata: { encoding: Buffer.from(ENCODING) }, data: inner.toReversed() };
}

function decode(payload: Payload): Payload {
  if (Buffer.from(payload.metadata?.['encoding'] ?? []).toString() !== ENCODING) return payload;
  const { encoding, data } = JSON.parse(Buffer.from((payload.data ?? new Uint8Array()).toReversed()).toString()) as Record<
    'encoding' | 'data',
    string
  >;
  return { metadata: { encoding: Buffer.from(encoding, 'base64') }, data: Buffer.from(data, 'base64') };
}

function toText(bytes: Uint8Array | null | undefined): string {
  return Buffer.from(bytes ?? []).toString('base64');
}
