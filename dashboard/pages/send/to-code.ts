import type { Request } from './draft.ts';

export interface CodeOptions {
  readonly url: string;
  /** Whether the service wants a key; the key itself is never shown. */
  readonly hasKey: boolean;
}

/** The same as a command for a POSIX shell. */
export function toCurl({ event, waitSeconds }: Request, { url, hasKey }: CodeOptions): string {
  const words = [
    `curl -s ${quote(`${url}/v1/events`)}`,
    "-H 'content-type: application/json'",
    ...(hasKey ? ['-H "authorization: Bearer $TICKLESS_API_KEY"'] : []),
    ...(waitSeconds === null ? [] : [`-H 'prefer: wait=${waitSeconds}'`]),
    `-d ${quote(JSON.stringify(event))}`,
  ];
  return words.join(' \\\n  ');
}

/** The same for the client in TypeScript. */
export function toTypeScript({ event: { type, data, ...said }, waitSeconds }: Request, { url, hasKey }: CodeOptions): string {
  const key = hasKey ? ', key: process.env.TICKLESS_API_KEY' : '';
  const options = { ...said, ...(waitSeconds !== null && { waitMs: waitSeconds * 1_000 }) };
  const words = [
    JSON.stringify(type),
    JSON.stringify(data ?? null, null, 2),
    ...(Object.keys(options).length === 0 ? [] : [JSON.stringify(options)]),
  ];
  return [
    "import { createClient } from 'tickless/client';",
    '',
    `const client = createClient({ url: ${JSON.stringify(url)}${key} });`,
    `const sent = await client.send(${words.join(', ')});`,
  ].join('\n');
}

/** As one word of a shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
