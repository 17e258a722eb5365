export interface Prioritised {
  /** The higher goes first. */
  readonly priority: number;
  /** Among equals the lower goes first: when it came. */
  readonly order: number;
}

/** Holds what waits, and gives it in order. */
export interface PriorityQueue<Item extends Prioritised> {
  add(item: Item): void;
  /** Takes out the next one. */
  take(): Item | undefined;
  size(): number;
}

interface Bucket<Item> {
  readonly priority: number;
  items: Item[];
  /** Before it all have been taken. */
  head: number;
}

// A list is made anew once so many of its places, and half of them, have been given up.
const MIN_TAKEN = 1_024;
// Empty lists are kept up to so many priorities: there will be more of them.
const KEPT_BUCKETS = 8;

/**
 * There are few priorities and many items of each: a list for each priority, to the end of which nearly all are added. To add
 * one that came earlier takes as long as there are items of its priority.
 */
export function createPriorityQueue<Item extends Prioritised>(): PriorityQueue<Item> {
  // The highest first; some may be empty.
  const buckets: Bucket<Item>[] = [];
  let size = 0;

  return {
    add(item) {
      insert(bucketOf(item.priority), item);
      size += 1;
    },

    take() {
      for (const bucket of buckets) {
        const item = bucket.items[bucket.head];
        if (item === undefined) continue;
        bucket.head += 1;
        size -= 1;
        giveUpPlaces(bucket);
        return item;
      }
      return undefined;
    },

    size: () => size,
  };

  function bucketOf(priority: number): Bucket<Item> {
    let index = 0;
    for (const bucket of buckets) {
      if (bucket.priority === priority) return bucket;
      if (bucket.priority < priority) break;
      index += 1;
    }
    const bucket = { priority, items: [], head: 0 };
    buckets.splice(index, 0, bucket);
    return bucket;
  }

  function giveUpPlaces(bucket: Bucket<Item>): void {
    const { items, head } = bucket;
    if (head === items.length) {
      items.length = 0;
      bucket.head = 0;
      if (buckets.length > KEPT_BUCKETS) buckets.splice(buckets.indexOf(bucket), 1);
    } else if (head >= MIN_TAKEN && head * 2 >= items.length) {
      bucket.items = items.slice(head);
      bucket.head = 0;
    }
  }
}

function insert<Item extends Prioritised>({ items, head }: Bucket<Item>, item: Item): void {
  const { order } = item;
  let index = items.length;
  for (let before = items[index - 1]; index > head && before !== undefined && before.order > order; before = items[index - 1]) index -= 1;
  if (index === items.length) items.push(item);
  else items.splice(index, 0, item);
}
