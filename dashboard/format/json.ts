// Characters that turn the direction of all text after them, or break its line: shown as they are, they would make a value look like another.
const UNSEEN = /[\u2028-\u202E\u2066-\u2069]/g;

/** As a reader sees it: indented, with nothing in it that only a program would notice. */
export function formatJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2) ?? 'null';
  return text.replace(UNSEEN, (sign) => `\\u${sign.charCodeAt(0).toString(16)}`);
}
