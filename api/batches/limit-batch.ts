import { limitBody } from '../limit-body.ts';
import { problem } from '../problem.ts';

const MAX_JSON_BYTES = 16 * 1024 * 1024;

/** Refuses batches that are one JSON body, and too large. */
export const limitBatch = limitBody({
  maxSize: MAX_JSON_BYTES,
  onError: (context) =>
    problem(context, {
      code: 'too_large',
      detail: `a JSON body has at most ${MAX_JSON_BYTES} bytes; send more as application/x-ndjson to /v1/batches`,
    }),
});
