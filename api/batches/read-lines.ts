export type Line = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly detail: string };

const MAX_LINE_BYTES = 1024 * 1024;
const NEWLINE = 10;

/**
 * Splits a body into its lines as it comes, never keeping more than one of them; empty ones are passed over. A line that is
 * too long, or isn't UTF-8, is a fault of its own.
 */
export async function* readLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  let parts: Uint8Array[] = [];
  let bytes = 0;

  function take(part: Uint8Array): void {
    bytes += part.length;
    if (bytes <= MAX_LINE_BYTES) parts.push(part);
    else parts = [];
  }

  function finish(): Line | null {
    if (bytes === 0) return null;
    const line = bytes > MAX_LINE_BYTES ? tooLong(bytes) : decode(parts);
    parts = [];
    bytes = 0;
    return line.ok && line.text.trim() === '' ? null : line;
  }

  for await (const chunk of body) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      take(chunk.subarray(start, end));
      start = end + 1;
      const line = finish();
      if (line !== null) yield line;
    }
    take(chunk.subarray(start));
  }
  const last = finish();
  if (last !== null) yield last;
}

function tooLong(bytes: number): Line {
  return { ok: false, detail: `a line has at most ${MAX_LINE_BYTES} bytes, this one has ${bytes}` };
}

function decode(parts: readonly Uint8Array[]): Line {
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts)) };
  } catch {
    return { ok: false, detail: 'the line is not UTF-8' };
  }
}
