import type { Warning } from './plan-steps.ts';
import type { SessionData } from './session-data.ts';

export interface DocumentParts {
  readonly data: SessionData;
  readonly title: string;
  readonly summary: string;
  readonly transcript: string | null;
  readonly attachmentText: string | null;
  /** Relative to the document. */
  readonly gallery: readonly string[];
  readonly warnings: readonly Warning[];
}

const EXCERPT_CHARACTERS = 1_200;

/** The talk as Markdown: front matter, summary, links, gallery, slides, transcript. The same parts give the same text. */
export function toMarkdown({ data, title, summary, transcript, attachmentText, gallery, warnings }: DocumentParts): string {
  const links = [
    ['Page', data.url],
    ['Video', data.video_url],
    ['Slides', data.attachments_url],
  ] as const;
  const parts = [
    frontMatter(data, warnings),
    `# ${oneLine(data.session)}`,
    title === '' || title === data.session ? '' : `*${oneLine(title)}*`,
    data.speakers.length > 0 ? `Speakers: ${data.speakers.map(oneLine).join(', ')}` : '',
    links.flatMap(([name, url]) => (url === null ? [] : [`- [${name}](<${url.replace(/[<>]/g, encodeURIComponent)}>)`])).join('\n'),
    section('Summary', summary),
    section('Gallery', gallery.map((path, index) => `![Page ${index + 1}](${path})`).join('\n\n')),
    section('Slides', attachmentText ?? ''),
    section('Transcript', transcript ?? ''),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** The beginning of a text up to the end of a sentence: the summary where no model makes one. */
export function excerpt(text: string): string {
  const [first = ''] = text.match(new RegExp(`^[\\s\\S]{0,${EXCERPT_CHARACTERS}}(?:[.!?](?=\\s|$))`)) ?? [
    text.slice(0, EXCERPT_CHARACTERS),
  ];
  return first.trim();
}

/** JSON is YAML. */
function frontMatter(data: SessionData, warnings: readonly Warning[]): string {
  const { event, session, track, day, starttime, endtime, speakers, url, source_language, target_language } = data;
  const fields = { event, session, track, day, starttime, endtime, speakers, url, source_language, target_language };
  const listed = warnings.length === 0 ? fields : { ...fields, warnings: warnings.map(({ code }) => code) };
  const lines = Object.entries(listed).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return ['---', ...lines, '---'].join('\n');
}

function section(heading: string, content: string): string {
  return content.trim() === '' ? '' : `## ${heading}\n\n${content.trim()}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
