import { shipOrder } from './ship-order.ts';
import { takeStock } from './take-stock.ts';

export const events = [shipOrder, takeStock] as const;
