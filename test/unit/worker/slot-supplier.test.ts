import { expect, it } from 'vitest';
import { createSlotSupplier } from '../../../worker/slot-supplier.ts';

type Supplier = ReturnType<typeof createSlotSupplier>;
const context = {} as Parameters<Supplier['reserveSlot']>[0];
const released = {} as Parameters<Supplier['releaseSlot']>[0];
const never = new AbortController().signal;

it('has so many, and one more for each that is given back', async () => {
  const slots = createSlotSupplier(2, () => false);
  await slots.reserveSlot(context, never);
  expect(slots.tryReserveSlot(context)).not.toBeNull();
  expect(slots.tryReserveSlot(context)).toBeNull();
  const waiting = slots.reserveSlot(context, never);
  slots.releaseSlot(released);
  await waiting;
  expect(slots.tryReserveSlot(context)).toBeNull();
});

it('has none while what runs in them is kept busy', async () => {
  let isBusy = true;
  const slots = createSlotSupplier(2, () => isBusy);
  expect(slots.tryReserveSlot(context)).toBeNull();
  const waiting = slots.reserveSlot(context, never);
  isBusy = false;
  expect(await waiting).toEqual({});
});

it('lets nobody wait who is told to stop', async () => {
  const stopping = new AbortController();
  const waiting = createSlotSupplier(0, () => false).reserveSlot(context, stopping.signal);
  stopping.abort();
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
});
