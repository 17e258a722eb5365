import { expect, it } from 'vitest';
import { isNear } from '../../../worker/near.ts';

it.each(['127.0.0.1:7233', '127.0.1.1', 'localhost:7233', 'localhost', '[::1]:7233', 'temporal:7233'])('takes %s as near', (address) => {
  expect(isNear(address)).toBe(true);
});

it.each(['10.0.0.7:7233', 'temporal.internal:7233', 'shop.a1b2c.tmprl.cloud:7233', '[2001:db8::1]:7233'])('takes %s as far', (address) => {
  expect(isNear(address)).toBe(false);
});
