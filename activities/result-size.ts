import { PermanentError } from '../domain/handler-errors.ts';

const MAX_RESULT_BYTES = 64 * 1024;
/** Of a stage's result where many events share a history. */
export const MAX_SHARED_RESULT_BYTES = 4 * 1024;

/**
 * A result is kept in the event's history and sent with its callback; what is bigger is to be written somewhere and
 * referred to. The engine would terminate the workflow without a verdict on a result of a few MB.
 * @throws PermanentError `result_too_large` or `result_not_json`
 */
export function assertResultSize(value: unknown, maxBytes = MAX_RESULT_BYTES): void {
  const bytes = Buffer.byteLength(toJson(value));
  if (bytes > maxBytes) throw new PermanentError('result_too_large', `the result has ${bytes} bytes, at most ${maxBytes} are kept`);
}

function toJson(value: unknown): string {
  try {
    const json: string | undefined = JSON.stringify(value ?? null);
    if (json === undefined) throw new TypeError(`JSON has nothing for a ${typeof value}`);
    return json;
  } catch (error) {
    throw new PermanentError('result_not_json', 'the result is not JSON', { cause: error });
  }
}
