import { PermanentError } from '../domain/handler-errors.ts';
import { utf8Bytes } from './utf8-bytes.ts';

/** Of a stage's result. */
export const MAX_RESULT_BYTES = 64 * 1024;
/** Of a stage's result where many events share a history. */
export const MAX_SHARED_RESULT_BYTES = 4 * 1024;

/**
 * A value as it is kept in histories, sent with callbacks and handed to later stages, which so see the same whether or not a
 * crash lies between: JSON. What is bigger than that allows is to be written somewhere and referred to. The engine would
 * terminate the workflow without a verdict on a result of a few MB.
 * @throws PermanentError `result_too_large` or `result_not_json`
 */
export function toKeptJson(value: unknown, maxBytes: number): unknown {
  const json = toJson(value);
  // No UTF-16 unit has more than three bytes: of a short text they needn't be counted.
  const bytes = json.length * 3 > maxBytes ? utf8Bytes(json) : 0;
  if (bytes > maxBytes) throw new PermanentError('result_too_large', `the result has ${bytes} bytes, at most ${maxBytes} are kept`);
  return JSON.parse(json);
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
