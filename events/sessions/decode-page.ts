// As much as the HTML standard has browsers look through.
const PRESCAN_BYTES = 1_024;

/** A page's text by its byte order mark, the server's word, or its own `<meta>`; UTF-8 where none of them names a known charset. */
export function decodePage(bytes: Uint8Array, contentType: string): string {
  const head = Buffer.from(bytes.subarray(0, PRESCAN_BYTES)).toString('latin1');
  const named = [byteOrderMark(bytes), charsetIn(contentType), charsetIn(/<meta[^>]+charset[^>]*>/i.exec(head)?.[0] ?? ''), 'utf-8'];
  for (const label of named) {
    const decoder = label === undefined ? undefined : decoderOf(label);
    if (decoder !== undefined) return decoder.decode(bytes);
  }
  throw new Error('this runtime has no UTF-8');
}

function byteOrderMark(bytes: Uint8Array): string | undefined {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return first === 0xff && second === 0xfe ? 'utf-16le' : undefined;
}

function charsetIn(text: string): string | undefined {
  return /charset\s*=\s*["']?\s*([^\s"';/>]+)/i.exec(text)?.[1];
}

function decoderOf(label: string): InstanceType<typeof TextDecoder> | undefined {
  try {
    return new TextDecoder(label);
  } catch {
    // Pages name charsets that nobody knows.
    return undefined;
  }
}
