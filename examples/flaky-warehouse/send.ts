import { createClient } from 'tickless/client';
import type { events } from './events/index.ts';

const client = createClient<typeof events>({ url: process.env.TICKLESS_URL ?? 'http://127.0.0.1:3000' });
const receiver = process.env.RECEIVER_URL;
const callback = receiver === undefined ? undefined : { url: receiver };

const orderIds = Array.from({ length: 10 }, (_, index) => `o-${index + 1}`);
const orders = await Promise.all(
  orderIds.map((orderId) => client.send('ship-order', { orderId }, { id: `ship-${orderId}`, waitMs: 30_000, callback })),
);
for (const { id, status, result } of orders) console.log(id, status, result?.action.parcel ?? '');

// Some ten seconds. Kill the service in the middle, and start it again: this goes on watching.
const { id } = await client.send('take-stock', { shelves: 20 }, { id: 'stock-taking', callback });
for await (const { status, progress, error } of client.watch(id)) console.log(id, status, progress?.message ?? '', error?.message ?? '');
