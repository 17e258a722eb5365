export type HeaderText = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly detail: string };

/**
 * What a `ce-` header says (HTTP binding of CloudEvents 1.0.2, section 3.1.3.2): quotes of older senders are taken off, then what
 * is percent-encoded is decoded, once.
 * @param value each of its characters a byte, as HTTP servers give it
 */
export function readHeaderText(value: string): HeaderText {
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(value.trim())?.[1];
  const text = quoted?.replace(/\\(.)/g, '$1') ?? value.trim();
  if (/[^\x20-\x7e\x80-\xff]/.test(text)) return { ok: false, detail: 'what is not printable ASCII is percent-encoded UTF-8' };
  // The SDK for Go sends UTF-8 as it is: each of its bytes is a character here.
  const encoded = text.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`);
  try {
    return { ok: true, text: decodeURIComponent(encoded) };
  } catch {
    return { ok: false, detail: 'it is not percent-encoded UTF-8: a "%" of its own is written as "%25"' };
  }
}
