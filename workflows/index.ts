export { deliverCallback } from './deliver-callback.ts';
export { limitConcurrency } from './limit-concurrency.ts';
export { processEvent } from './process-event.ts';
