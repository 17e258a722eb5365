import type { WriteFormat } from 'tickless';
import { legacyCallback, legacyProgress } from './legacy-callback.ts';
import { isLegacyFormat, LEGACY } from './legacy-format.ts';
import type { ReadDocument } from './read-document.ts';

/** The formats in which sessions tell of themselves. */
export function createSessionFormats(readDocument: ReadDocument): Readonly<Record<string, WriteFormat>> {
  const writeLegacy: WriteFormat = async ({ type, resource, format, sentAt }) => {
    if (!isLegacyFormat(format)) throw new TypeError(`"${format.kind}" is not the format "${LEGACY}"`);
    if (type === 'event.progress') return JSON.stringify(legacyProgress({ resource, format, sentAt }));
    const action = resource.result?.['action'];
    const isWanted = format.includeMarkdown && typeof action === 'object' && action !== null && 'markdown_file' in action;
    const markdown = isWanted ? await readDocument(String(action.markdown_file)) : null;
    return JSON.stringify(legacyCallback({ resource, format, markdown, sentAt }));
  };
  return { [LEGACY]: writeLegacy };
}
