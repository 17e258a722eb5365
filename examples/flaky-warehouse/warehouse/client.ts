import { PermanentError } from 'tickless';
import { Pool } from 'undici';

export interface CallOptions {
  /** Done once, however often it is asked for. */
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
}

export interface Warehouse {
  ship(orderId: string, options: CallOptions): Promise<{ parcel: string }>;
  count(shelf: number, options: CallOptions): Promise<{ parts: number }>;
  close(): Promise<void>;
}

/** A client of the warehouse's service, which keeps connections until it is closed. */
export function connect(url: string): Warehouse {
  const pool = new Pool(url, { connections: 10 });

  async function post<Answer>(path: string, { idempotencyKey, signal }: CallOptions): Promise<Answer> {
    const { statusCode, body } = await pool.request({ method: 'POST', path, headers: { 'idempotency-key': idempotencyKey }, signal });
    const answer = await body.text();
    // To ask again for what it will never do is of no use; anything else is tried again.
    if (statusCode === 404) throw new PermanentError('not_in_stock', `the warehouse has no ${path}`);
    if (statusCode !== 200) throw new Error(`the warehouse has answered ${statusCode}`);
    return JSON.parse(answer) as Answer;
  }

  return {
    ship: (orderId, options) => post(`/orders/${encodeURIComponent(orderId)}/ship`, options),
    count: (shelf, options) => post(`/shelves/${shelf}/count`, options),
    close: () => pool.close(),
  };
}
