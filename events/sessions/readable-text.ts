export interface ReadableText {
  readonly title: string;
  readonly text: string;
}

/** What a page says to people, without its menus and scripts; plain text is its own readable text. */
export async function readableText(html: string): Promise<ReadableText> {
  const [{ Readability }, { parseHTML }] = await Promise.all([import('@mozilla/readability'), import('linkedom')]);
  const { document } = parseHTML(html);
  if (document.documentElement === null) return { title: '', text: tidy(html) };
  const article = new Readability(document).parse();
  return { title: article?.title ?? '', text: tidy(article?.textContent ?? '') };
}

function tidy(text: string): string {
  return text
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n[ \n]*\n */g, '\n\n')
    .trim();
}
