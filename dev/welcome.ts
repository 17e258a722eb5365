interface Welcome {
  readonly url: string;
  readonly uiUrl: string | null;
  readonly dataDirectory: string;
  readonly embedded: boolean;
}

/** What `npm start` prints when it is ready. */
export function welcome({ url, uiUrl, dataDirectory, embedded }: Welcome): string {
  return [
    `Tickless is ready.`,
    `  API          ${url}   (docs: ${url}/docs)`,
    `  Dashboard    ${url}/   (not built yet)`,
    `  Temporal UI  ${uiUrl ?? 'none'}`,
    `  Data         ${embedded ? dataDirectory : `in the engine; receipts and secrets in ${dataDirectory}`}`,
    `  Callbacks to loopback addresses are allowed here. Try:`,
    `  curl -s ${url}/v1/events -H 'content-type: application/json' -H 'prefer: wait=5' -d '{"type":"shock","data":{"intensity":-0.8}}'`,
    '',
  ].join('\n');
}
