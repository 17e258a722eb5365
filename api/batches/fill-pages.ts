import type { BatchItem } from '../../domain/batch-item.ts';

// One page is the input of a workflow, and of at most one unit that shares one.
const MAX_ITEMS = 200;
const MAX_BYTES = 256 * 1024;

/** Gathers items into pages as they come; a larger item has a page of its own. */
export async function* fillPages(items: AsyncIterable<BatchItem>): AsyncGenerator<readonly BatchItem[]> {
  let page: BatchItem[] = [];
  let bytes = 0;
  for await (const item of items) {
    const itemBytes = Buffer.byteLength(JSON.stringify(item));
    if (page.length > 0 && (page.length === MAX_ITEMS || bytes + itemBytes > MAX_BYTES)) {
      yield page;
      page = [];
      bytes = 0;
    }
    page.push(item);
    bytes += itemBytes;
  }
  if (page.length > 0) yield page;
}
