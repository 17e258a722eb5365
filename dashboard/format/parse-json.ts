export type ParsedJson = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly detail: string };

/** What a reader has typed as JSON, or what is wrong with it. */
export function parseJson(text: string): ParsedJson {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
