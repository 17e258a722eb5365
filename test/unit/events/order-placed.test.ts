import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { orderPlaced } from '../../../events/order-placed.ts';
import { handledEvent, handlerContext } from '../domain/event-samples.ts';
import { checkWith, parseWith } from '../../support/checked.ts';

const order = {
  orderId: 'A-1001',
  customer: 'mara@example.com',
  lines: [
    { sku: 'tea', quantity: 2, unitPriceCents: 450 },
    { sku: 'pot', quantity: 1, unitPriceCents: 2_990 },
  ],
};

function orderOf(quantity: number, unitPriceCents: number) {
  return { ...order, lines: [{ sku: 'tea', quantity, unitPriceCents }] };
}

describe('the schema of an order', () => {
  it('accepts an order', () => {
    expect(parseWith(orderPlaced.data, order)).toEqual(order);
  });

  it.each([
    ['no order id', { ...order, orderId: undefined }, 'orderId'],
    ['an order id that leads out of the folder', { ...order, orderId: '../../etc/passwd' }, 'orderId'],
    ['an order id that is too long', { ...order, orderId: 'A'.repeat(65) }, 'orderId'],
    ['a customer without an address', { ...order, customer: 'mara' }, 'customer'],
    ['no lines', { ...order, lines: [] }, 'lines'],
    ['too many lines', { ...order, lines: Array.from({ length: 201 }, () => order.lines[0]) }, 'lines'],
    ['a line without a sku', { ...order, lines: [{ sku: '', quantity: 1, unitPriceCents: 1 }] }, 'lines.0.sku'],
    ['a quantity of nothing', orderOf(0, 1), 'lines.0.quantity'],
    ['half a piece', orderOf(0.5, 1), 'lines.0.quantity'],
    ['a negative price', orderOf(1, -1), 'lines.0.unitPriceCents'],
    ['no order at all', null, ''],
  ])('refuses %s', (_what, data, path) => {
    const issues = checkWith(orderPlaced.data, data).issues ?? [];

    expect(issues.map((issue) => (issue.path ?? []).map(String).join('.'))).toContain(path);
  });
});

describe('the tier of an order', () => {
  it.each([
    [1, 'normal'],
    [50, 'normal'],
    [51, 'low'],
  ])('with %i lines is %s', (length, tier) => {
    const data = { ...order, lines: Array.from({ length }, () => order.lines[0]) };

    expect(orderPlaced.tierOf({ data })).toBe(tier);
  });
});

describe('the meaning of an order', () => {
  it('is what it costs and how many pieces it has', async () => {
    const meaning = await orderPlaced.run('meaning', handledEvent(order), {}, handlerContext());

    expect(meaning).toEqual({ totalCents: 3_890, pieces: 3 });
  });
});

describe('the decision on an order', () => {
  it.each([
    [20, 'parcel'],
    [21, 'freight'],
  ])('ships %i pieces by %s', async (pieces, shipping) => {
    const decision = await orderPlaced.run('decision', handledEvent(order), { meaning: { totalCents: 100, pieces } }, handlerContext());

    expect(decision).toEqual({ totalCents: 100, shipping });
  });

  it('takes orders up to 100,000.00', async () => {
    const results = { meaning: { totalCents: 10_000_000, pieces: 1 } };

    expect(await orderPlaced.run('decision', handledEvent(order), results, handlerContext())).toMatchObject({ totalCents: 10_000_000 });
  });

  it('refuses larger ones for good', async () => {
    const results = { meaning: { totalCents: 10_000_001, pieces: 1 } };

    const decide = async (): Promise<unknown> => orderPlaced.run('decision', handledEvent(order), results, handlerContext());

    await expect(decide).rejects.toMatchObject({ name: 'PermanentError', code: 'order_too_large' });
  });
});

describe('the action on an order', () => {
  const results = { decision: { totalCents: 3_890, shipping: 'parcel' } };
  let folder = '';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tickless-order-'));
    vi.stubEnv('TICKLESS_DATA', folder);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  function act(data: typeof order, idempotencyKey = 'order-1/1/action', signal?: AbortSignal) {
    return orderPlaced.run('action', handledEvent(data), results, handlerContext({ idempotencyKey, ...(signal && { signal }) }));
  }

  it('writes the receipt and says where it is', async () => {
    const receipt = join(folder, 'receipts', 'A-1001.json');

    expect(await act(order)).toEqual({ receipt });

    expect(JSON.parse(await readFile(receipt, 'utf8'))).toEqual({ ...order, totalCents: 3_890, shipping: 'parcel' });
  });

  it('run twice leaves one whole receipt', async () => {
    await act(order);
    await act(order);

    expect(await readdir(join(folder, 'receipts'))).toEqual(['A-1001.json']);
  });

  it('leaves a receipt for each order', async () => {
    await Promise.all([act(order, 'a/1/action'), act({ ...order, orderId: 'A-1002' }, 'b/1/action')]);

    expect((await readdir(join(folder, 'receipts'))).toSorted()).toEqual(['A-1001.json', 'A-1002.json']);
  });

  it('writes no receipt once it is told to stop', async () => {
    await expect(act(order, 'order-1/1/action', AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });

    expect(await readdir(join(folder, 'receipts'))).not.toContain('A-1001.json');
  });

  it('writes below .tickless where no other folder is named', async () => {
    vi.stubEnv('TICKLESS_DATA', undefined);
    const before = process.cwd();
    process.chdir(folder);
    onTestFinished(() => process.chdir(before));

    expect(await act(order)).toEqual({ receipt: join('.tickless', 'receipts', 'A-1001.json') });
    expect(await readdir(join(folder, '.tickless', 'receipts'))).toEqual(['A-1001.json']);
  });

  it('finds room for the longest names there are', async () => {
    const longest = { ...order, orderId: 'A'.repeat(64) };

    await act(longest, `${'t'.repeat(64)}/${'i'.repeat(128)}/1/action`);

    expect(await readdir(join(folder, 'receipts'))).toEqual([`${'A'.repeat(64)}.json`]);
  });
});
