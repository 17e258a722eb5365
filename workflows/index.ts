export { deliverCallback } from './deliver-callback.ts';
export { holdSubject } from './hold-subject.ts';
export { keepPage } from './keep-page.ts';
export { limitConcurrency } from './limit-concurrency.ts';
export { processBatch } from './process-batch.ts';
export { processEvent } from './process-event.ts';
export { processItem } from './process-item.ts';
export { processItems } from './process-items.ts';
