import { createClient } from 'tickless/client';
import type { events } from './events/index.ts';

// The compiler knows the types of events, what they take, and what they give.
const client = createClient<typeof events>({ url: process.env.TICKLESS_URL ?? 'http://127.0.0.1:3000' });
const receiver = process.env.RECEIVER_URL ?? 'http://127.0.0.1:4000';
const [orderId = 'o-1', cents = '500'] = process.argv.slice(2);

// With an id of its own an event runs once, however often it is sent.
const sent = await client.send(
  'order-approved',
  { orderId, cents: Number(cents) },
  { id: `order-${orderId}`, waitMs: 10_000, callback: { url: receiver } },
);
console.log(sent.status, sent.result?.action.parcel ?? sent.error?.message ?? 'is under way');
