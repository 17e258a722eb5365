// Of at most 4 bytes each, so that with a date before it a name stays below the 255 bytes of file systems.
const MAX_CHARACTERS = 50;

/** A text from a request as the name of a file or folder: letters and digits of any script, `.`, `_` and `-`; never empty. */
export function safeName(text: string): string {
  const kept = text
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[.-]+/, '');
  // By code points, so that none is cut in two.
  const [start = ''] = new RegExp(`^.{0,${MAX_CHARACTERS}}`, 'u').exec(kept) ?? [];
  return start.replace(/[.-]+$/, '') || 'unnamed';
}
