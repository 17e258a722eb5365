import { orderApproved } from './order-approved.ts';

export const events = [orderApproved] as const;
