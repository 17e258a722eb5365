import { cutText } from '../domain/cut-text.ts';
import { MAX_MESSAGE_CHARACTERS, messageOf } from './stage-failure.ts';
import { withoutUrlSecrets } from './without-url-secrets.ts';

// Of each message so much is looked through for what is to be left out: more than is kept.
const MAX_READ_CHARACTERS = 16_000;
const MAX_CAUSES = 3;

/**
 * What an error says, and what its causes say that it doesn't: "fetch failed: connect ECONNREFUSED 127.0.0.1:4000". It is what people
 * read of a failed attempt, in answers and in logs. A cause that is no error is left out, since it may be data.
 */
export function failureText(error: unknown): string {
  let text = ownText(error);
  let cause = causeOf(error);
  for (let depth = 0; cause !== null && depth < MAX_CAUSES; depth += 1) {
    const said = ownText(cause);
    if (!text.includes(said)) text = `${text}: ${said}`;
    cause = causeOf(cause);
  }
  return cutText(text, MAX_MESSAGE_CHARACTERS);
}

function ownText(error: unknown): string {
  const said = error instanceof Error && error.message === '' ? quietText(error) : messageOf(error, MAX_READ_CHARACTERS);
  return withoutUrlSecrets(said);
}

/** Of an error without a message: where several addresses were tried its parts say what is wrong, elsewhere its code does. */
function quietText(error: Error): string {
  const { errors, code } = error as { readonly errors?: unknown; readonly code?: unknown };
  if (Array.isArray(errors) && errors.length > 0) {
    const parts = errors.slice(0, MAX_CAUSES).map((part) => messageOf(part, MAX_READ_CHARACTERS));
    return [...new Set(parts)].join(', ');
  }
  return typeof code === 'string' ? code : '';
}

function causeOf(error: unknown): Error | null {
  return error instanceof Error && error.cause instanceof Error ? error.cause : null;
}
