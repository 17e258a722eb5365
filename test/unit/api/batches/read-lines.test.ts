import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Line } from '../../../../api/batches/read-lines.ts';
import { readLines } from '../../../../api/batches/read-lines.ts';

const MAX_LINE_BYTES = 1024 * 1024;

async function linesOf(chunks: readonly Uint8Array[]): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for await (const line of readLines(each(chunks))) lines.push(line);
  return lines;
}

async function textsOf(...chunks: readonly string[]): Promise<readonly string[]> {
  const lines = await linesOf(chunks.map((chunk) => Buffer.from(chunk)));
  return lines.map((line) => (line.ok ? line.text : `fault: ${line.detail}`));
}

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

/** The same bytes in pieces that end at these places. */
function cut(bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return ends.map((end, index) => bytes.slice(ends[index - 1] ?? 0, end));
}

describe('readLines', () => {
  it('gives each line as it is written, and passes over empty ones', async () => {
    expect(await textsOf('{"a":1}\n\n  \n{"b":2}\n')).toEqual(['{"a":1}', '{"b":2}']);
  });

  it('gives the last line with and without a newline after it', async () => {
    expect(await textsOf('one\ntwo')).toEqual(['one', 'two']);
    expect(await textsOf('one\ntwo\n')).toEqual(['one', 'two']);
  });

  it('gives lines that end with CRLF as JSON that can be parsed', async () => {
    const texts = await textsOf('{"a":1}\r\n\r\n{"b":2}\r', '\n');

    expect(texts.map((text) => JSON.parse(text) as unknown)).toEqual([{ a: 1 }, { b: 2 }]);
  });

  it('gives nothing for nothing', async () => {
    expect(await textsOf()).toEqual([]);
    expect(await textsOf('', '\n', '')).toEqual([]);
  });

  it('passes over the mark that some editors begin a file with', async () => {
    expect(await textsOf('\uFEFF{"a":1}\n{"b":2}')).toEqual(['{"a":1}', '{"b":2}']);
  });

  it('puts characters together that came in two pieces', async () => {
    const bytes = Buffer.from('"€"\n');

    expect(await linesOf([bytes.subarray(0, 2), bytes.subarray(2)])).toEqual([{ ok: true, text: '"€"' }]);
  });

  it('takes a line that isn’t UTF-8 as a fault of that line alone', async () => {
    const lines = await linesOf([Buffer.from('one\n'), Buffer.from([0x22, 0xff, 0x22, 10]), Buffer.from('two')]);

    expect(lines).toEqual([
      { ok: true, text: 'one' },
      { ok: false, detail: 'the line is not UTF-8' },
      { ok: true, text: 'two' },
    ]);
  });

  it('takes a line of 1 MiB, and one of a byte more as a fault of that line alone', async () => {
    const longest = 'x'.repeat(MAX_LINE_BYTES);

    expect(await textsOf(longest, '\n', longest, 'y\n', 'z')).toEqual([
      longest,
      `fault: a line has at most ${MAX_LINE_BYTES} bytes, this one has ${MAX_LINE_BYTES + 1}`,
      'z',
    ]);
  });

  it('takes a long line of blanks for what it is', async () => {
    expect(await textsOf(' '.repeat(MAX_LINE_BYTES + 1), '\n')).toEqual([expect.stringContaining('fault: a line has at most')]);
  });

  it('reads no further than it is asked to', async () => {
    let read = 0;
    async function* body(): AsyncGenerator<Uint8Array> {
      for (read = 1; ; read += 1) yield Buffer.from(`line ${read}\n`);
    }

    for await (const _line of readLines(body())) if (read === 3) break;

    expect(read).toBe(3);
  });

  it('gives the same lines however the bytes come in pieces', async () => {
    const anyByte = fc.oneof(fc.constantFrom(10, 13, 32, 0x61, 0xe2, 0x82, 0xac), fc.nat(255));
    const anyBody = fc.array(anyByte, { maxLength: 60 }).map((bytes) => Uint8Array.from(bytes));
    await fc.assert(
      fc.asyncProperty(anyBody, fc.array(fc.nat(60), { maxLength: 8 }), async (bytes, places) => {
        const whole = await linesOf([bytes]);

        expect(await linesOf(cut(bytes, places))).toEqual(whole);
        expect(await linesOf([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(whole);
      }),
    );
  });

  it('gives back every line of text that was joined by newlines', async () => {
    const anyText = fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll(/[\n\uFEFF]/g, ' '));
    const isShown = (text: string): boolean => text.trim() !== '';
    await fc.assert(
      fc.asyncProperty(fc.array(anyText, { maxLength: 12 }), async (texts) => {
        expect(await textsOf(texts.join('\n'))).toEqual(texts.filter(isShown));
      }),
    );
  });
});
