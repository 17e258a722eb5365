const MAX_CHARACTERS = 200;
// What comes later tells no causes apart, and is read in no time.
const MAX_READ = 1_000;

/** What messages of one cause have in common: numbers, ids and quotes are taken out, in which each is another. */
export function commonMessage(message: string): string {
  const common = message
    .slice(0, MAX_READ)
    // An apostrophe is no quote.
    .replaceAll(/"[^"]*"|(?<!\w)'[^']*'(?!\w)|`[^`]*`|“[^”]*”/g, '"…"')
    .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '…')
    // An id of letters and digits, as a hash or a key has both.
    .replaceAll(/\b(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{8,}\b/gi, '…')
    .replaceAll(/\d+(?:[.,:]\d+)*/g, '…');
  return common.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_CHARACTERS);
}
