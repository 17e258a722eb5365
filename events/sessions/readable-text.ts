export interface ReadableText {
  readonly title: string;
  readonly text: string;
}

/** What a page says to people, without its menus and scripts; plain text is its own readable text. */
export async function readableText(html: string): Promise<ReadableText> {
  if (!/<[a-z]/i.test(html)) return { title: '', text: tidy(html) };
  const [{ Readability }, { parseHTML }] = await Promise.all([import('@mozilla/readability'), import('linkedom')]);
  const whole = withAllParts(html);
  const article = new Readability(parseHTML(whole).document, { serializer: textOf }).parse();
  const text = tidy(article?.content ?? '');
  if (text !== '') return { title: article?.title ?? '', text };
  // A page of a few words is no article, but says something all the same.
  const { body, title } = parseHTML(whole).document;
  for (const silent of body.querySelectorAll('script,style,noscript,template,nav')) silent.remove();
  return { title, text: tidy(textOf(body)) };
}

/** The page with the tags that HTML lets an author leave out, and the parser needs. */
function withAllParts(html: string): string {
  if (/<html[\s>]/i.test(html) && /<head[\s>]/i.test(html) && /<body[\s>]/i.test(html)) return html;
  const content = html.replace(/<!doctype[^>]*>|<\/?(?:html|head|body)(?:\s[^>]*)?>/gi, '');
  const [title = ''] = /<title[^>]*>[^<]*<\/title>/i.exec(content) ?? [];
  return `<!doctype html><html><head>${title}</head><body>${content.replace(title, '')}</body></html>`;
}

const BLOCKS = 'address,blockquote,dd,div,dt,figcaption,h1,h2,h3,h4,h5,h6,hr,li,p,pre,section,td,th,tr';

/** What is used of an element here, where there are no types of the DOM. */
interface PageElement {
  readonly textContent: string | null;
  querySelectorAll(selectors: string): Iterable<PageElement>;
  append(text: string): void;
  replaceWith(text: string): void;
}

/** An element's text, in which what stands below each other doesn't run together. */
function textOf(element: PageElement): string {
  for (const block of element.querySelectorAll(BLOCKS)) block.append('\n\n');
  for (const end of element.querySelectorAll('br')) end.replaceWith('\n');
  return element.textContent ?? '';
}

function tidy(text: string): string {
  return text
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n[ \n]*\n */g, '\n\n')
    .trim();
}
