import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillPages } from '../../../../api/batches/fill-pages.ts';
import type { BatchItem } from '../../../../domain/batch-item.ts';
import { eventItem } from '../../domain/batch-samples.ts';

const MAX_BYTES = 256 * 1024;

async function* each(items: readonly BatchItem[]): AsyncGenerator<BatchItem> {
  yield* items;
}

async function pagesOf(items: readonly BatchItem[]): Promise<readonly (readonly BatchItem[])[]> {
  const pages: (readonly BatchItem[])[] = [];
  for await (const page of fillPages(each(items))) pages.push(page);
  return pages;
}

function bytesOf(items: readonly BatchItem[]): number {
  return items.reduce((sum, item) => sum + Buffer.byteLength(JSON.stringify(item)), 0);
}

function itemOf(dataBytes: number, index = 0): BatchItem {
  return eventItem({ id: `night_${index}`, data: 'x'.repeat(dataBytes) });
}

describe('fillPages', () => {
  it('fills pages of 200 items', async () => {
    const items = Array.from({ length: 401 }, (_, index) => itemOf(1, index));

    expect((await pagesOf(items)).map(({ length }) => length)).toEqual([200, 200, 1]);
  });

  it('makes no page of no items', async () => {
    expect(await pagesOf([])).toEqual([]);
    expect((await pagesOf(Array.from({ length: 200 }, () => itemOf(1)))).map(({ length }) => length)).toEqual([200]);
  });

  it('gives an item that is larger than a page one of its own', async () => {
    const pages = await pagesOf([itemOf(1), itemOf(MAX_BYTES), itemOf(1)]);

    expect(pages.map(({ length }) => length)).toEqual([1, 1, 1]);
  });

  it('counts bytes, not characters', async () => {
    const wide = eventItem({ data: '€'.repeat(50_000) });

    expect((await pagesOf([wide, wide])).map(({ length }) => length)).toEqual([1, 1]);
  });

  it('keeps every item in its order, within the limits, and starts no page before it must', async () => {
    const anySize = fc.oneof(fc.nat(500), fc.nat(20_000), fc.nat(2 * MAX_BYTES));
    await fc.assert(
      fc.asyncProperty(fc.array(anySize, { maxLength: 60 }), async (sizes) => {
        const items = sizes.map(itemOf);

        const pages = await pagesOf(items);

        expect(pages.flat()).toEqual(items);
        for (const [index, page] of pages.entries()) {
          expect(page.length === 1 || bytesOf(page) <= MAX_BYTES).toBe(true);
          const [first] = pages[index + 1] ?? [];
          if (first !== undefined) expect(bytesOf([...page, first])).toBeGreaterThan(MAX_BYTES);
        }
      }),
      { numRuns: 30 },
    );
  });
});
