import type { DeadLetterResource } from '../domain/dead-letter-resource.ts';
import { table } from './render.ts';
import type { Paint } from './render.ts';

export function renderDeadLetters(letters: readonly DeadLetterResource[], paint: Paint): string {
  const rows = letters.map(({ count, kind, type, stage, code, lastAt, cause, message }) => [
    String(count),
    kind,
    type,
    stage ?? '–',
    code,
    lastAt,
    cause,
    message,
  ]);
  return table(['COUNT', 'KIND', 'TYPE', 'STAGE', 'CODE', 'LAST', 'CAUSE', 'MESSAGE'], rows, paint);
}
