interface Welcome {
  readonly url: string;
  readonly uiUrl: string | null;
  readonly dataDirectory: string;
  readonly embedded: boolean;
  /** What can be sent. */
  readonly types: readonly string[];
  /** Of `tickless dev` alone. */
  readonly receiverUrl?: string | undefined;
}

/** What `npm start` and `tickless dev` print when the service is ready. */
export function welcome({ url, uiUrl, dataDirectory, embedded, types, receiverUrl }: Welcome): string {
  return [
    `Tickless is ready.`,
    `  Dashboard    ${url}/`,
    `  API          ${url}   (docs: ${url}/docs)`,
    `  Temporal UI  ${uiUrl ?? 'none'}`,
    `  Data         ${embedded ? dataDirectory : `in the engine; receipts and secrets in ${dataDirectory}`}`,
    `  Event types  ${types.length > 5 ? `${types.slice(0, 5).join(', ')} and ${types.length - 5} more` : types.join(', ') || 'none yet'}   (${url}/v1/event-types)`,
    ...(receiverUrl === undefined ? [] : [`  Receiver     ${receiverUrl}   (takes callbacks, and shows them: ${url}/#/try)`]),
    `  Callbacks to loopback addresses are allowed here.`,
    '',
  ].join('\n');
}
