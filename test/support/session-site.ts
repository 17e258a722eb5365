import { pdfWith } from './pdf-samples.ts';
import { startReceiver } from './receiver.ts';
import type { Answer, ReceivedRequest, Receiver, Reply } from './receiver.ts';

/** What a session meets, by the addresses that it is given, and what becomes of it. */
export type SessionCase = {
  readonly name: string;
  /** Paths of the site. */
  readonly fields: Readonly<Partial<Record<'url' | 'video_url' | 'attachments_url', string>>>;
} & (
  | { readonly says: string; readonly pictures?: number }
  | {
      /** Its code. */
      readonly error: string;
    }
);

export interface Site extends Receiver {
  /** The most pages and files that were asked for at the same time, as the site saw it. */
  mostAtOnce(): number;
  /** Whether the model's endpoint leaves whoever asks it without an answer. */
  hangModel(hangs: boolean): void;
}

const NIHON_IN_SHIFT_JIS = Buffer.from([0x93, 0xfa, 0x96, 0x7b]);
const MANY_BYTES = 50 * 1024 * 1024;

/** The table of what there is on the site; each is one session. */
export const SESSION_CASES: readonly SessionCase[] = [
  { name: 'a page in UTF-8', fields: { url: '/utf-8' }, says: 'Größe in UTF-8' },
  { name: 'a page in windows-1252, as its server says', fields: { url: '/windows-1252' }, says: 'Größe in windows-1252' },
  { name: 'a page in ISO 8859-1, as it says itself', fields: { url: '/latin-1' }, says: 'Größe in ISO 8859-1' },
  { name: 'a page in Shift_JIS, as its server says', fields: { url: '/shift-jis' }, says: '日本' },
  { name: 'a page in Shift_JIS, as it says itself', fields: { url: '/shift-jis-itself' }, says: '日本' },
  { name: 'a page in UTF-16, as its first bytes say', fields: { url: '/utf-16' }, says: 'Größe in UTF-16' },
  { name: 'a page that has moved', fields: { url: '/moved' }, says: 'About the talk.' },
  { name: 'a page that moves for ever', fields: { url: '/moving' }, error: 'redirect' },
  { name: 'a page that moves to a private address', fields: { url: '/inward' }, error: 'fetch_refused' },
  { name: 'a page that is not there', fields: { url: '/gone' }, error: 'http_404' },
  { name: 'a page that hangs at first', fields: { url: '/hanging' }, says: 'Not hanging any more.' },
  { name: 'a page of 50 MB', fields: { url: '/large' }, error: 'too_large' },
  { name: 'a page that is a picture', fields: { url: '/picture' }, error: 'not_a_page' },
  { name: 'slides with text', fields: { attachments_url: '/slides' }, says: '## Slides\n\nSlides say hello', pictures: 1 },
  { name: 'slides that were scanned', fields: { attachments_url: '/scanned' }, says: '![Page 1](gallery/page-001.png)', pictures: 1 },
  { name: 'slides that are broken', fields: { attachments_url: '/broken' }, error: 'pdf_broken' },
  { name: 'slides that need a password', fields: { attachments_url: '/locked' }, error: 'pdf_encrypted' },
  { name: 'slides that are no PDF', fields: { attachments_url: '/talk' }, error: 'pdf_broken' },
  { name: 'a video', fields: { video_url: '/video' }, says: '## Transcript\n\nDeutsch: Heard: ID3 -hide_banner' },
  { name: 'a video that is not there', fields: { video_url: '/no-video' }, error: 'http_404' },
  { name: 'a model that takes its time', fields: { url: '/to-slow-model' }, says: 'Summary of "To the slow model."' },
  { name: 'a model that is busy at first', fields: { url: '/to-busy-model' }, says: 'Summary of "To the busy model."' },
  { name: 'a model that fails at first', fields: { url: '/to-failing-model' }, says: 'Summary of "To the failing model."' },
  { name: 'a model that answers nonsense at first', fields: { url: '/to-odd-model' }, says: 'Summary of "To the odd model."' },
];

const PAGES: Readonly<Record<string, Reply>> = {
  '/talk': page('About the talk.'),
  '/utf-8': page('Größe in UTF-8'),
  '/windows-1252': page(Buffer.from('Größe in windows-1252', 'latin1'), { contentType: 'text/html; charset=windows-1252' }),
  '/latin-1': page(Buffer.from('Größe in ISO 8859-1', 'latin1'), { head: '<meta charset="iso-8859-1">' }),
  '/shift-jis': page(NIHON_IN_SHIFT_JIS, { contentType: 'text/html; charset=Shift_JIS' }),
  '/shift-jis-itself': page(NIHON_IN_SHIFT_JIS, { head: '<meta http-equiv="content-type" content="text/html; charset=shift_jis">' }),
  '/utf-16': {
    headers: { 'content-type': 'text/html' },
    body: Buffer.from('\ufeff<html><body><p>Größe in UTF-16</p></body></html>', 'utf16le'),
  },
  '/moved': { status: 301, headers: { location: '/talk' } },
  '/moving': { status: 302, headers: { location: '/moving' } },
  '/inward': { status: 302, headers: { location: 'http://169.254.169.254/latest/meta-data/' } },
  '/hanging': page('Not hanging any more.'),
  '/large': { headers: { 'content-type': 'text/html' }, body: Buffer.alloc(MANY_BYTES, '<p>x</p>') },
  '/picture': { headers: { 'content-type': 'image/png' }, body: 'x' },
  '/slides': { body: pdfWith('Slides say hello') },
  '/scanned': { body: pdfWith(null) },
  '/broken': { body: '%PDF-1.4 and then nothing' },
  '/locked': { body: pdfWith('secret', { encrypted: true }) },
  '/video': { body: 'a video' },
  '/to-slow-model': page('To the slow model.'),
  '/to-busy-model': page('To the busy model.'),
  '/to-failing-model': page('To the failing model.'),
  '/to-odd-model': page('To the odd model.'),
};

const PAGE_TAKES_MS = 100;
const SLOW_MODEL_TAKES_MS = 1_000;

/** What those models answer at first. */
const AT_FIRST: Readonly<Record<string, Reply>> = {
  busy: { status: 429, headers: { 'retry-after': '1' } },
  failing: 500,
  odd: { body: '{"choices":' },
};

/** A slow site with all of it, and an OpenAI-compatible endpoint below `/v1`. */
export async function startSite(): Promise<Site> {
  const receiver = await startReceiver();
  const asked = new Set<string>();
  let atOnce = 0;
  let mostAtOnce = 0;
  let isModelHanging = false;
  receiver.respond(async (request, _index, response) => {
    if (request.path === '/v1/audio/transcriptions') return transcription(request);
    if (request.path === '/v1/chat/completions') return isModelHanging ? 'hang' : completion(request);
    atOnce += 1;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    // When the caller is gone, too.
    response.on('close', () => (atOnce -= 1));
    if (request.path === '/hanging' && !asked.has('/hanging')) {
      asked.add('/hanging');
      return 'hang';
    }
    await pause(PAGE_TAKES_MS);
    return PAGES[request.path] ?? 404;
  });
  return { ...receiver, mostAtOnce: () => mostAtOnce, hangModel: (hangs) => void (isModelHanging = hangs) };

  async function completion({ text }: ReceivedRequest): Promise<Reply> {
    const { messages } = JSON.parse(text) as { readonly messages: readonly { readonly content: string }[] };
    const [{ content: instruction } = { content: '' }, { content } = { content: '' }] = messages;
    const [, model = ''] = /^To the (\w+) model\./.exec(content) ?? [];
    if (model === 'slow') await pause(SLOW_MODEL_TAKES_MS);
    const early = AT_FIRST[model];
    if (early !== undefined && !asked.has(model)) {
      asked.add(model);
      return early;
    }
    const said = instruction.startsWith('Translate') ? `Deutsch: ${content}` : `Summary of "${content.trim()}"`;
    return { body: JSON.stringify({ choices: [{ message: { content: said } }] }) };
  }
}

/** The "sound" that the stub of ffmpeg makes says how it was called. */
function transcription({ text }: ReceivedRequest): Reply {
  const [, sound = ''] = /(ID3 [^\r\n]*)/.exec(text) ?? [];
  return { body: JSON.stringify({ text: `Heard: ${sound}` }) };
}

function page(text: string | Buffer, { contentType = 'text/html', head = '' } = {}): Answer {
  const body = Buffer.concat([
    Buffer.from(`<!doctype html><html><head>${head}<title>Talk</title></head><body><article><p>`),
    Buffer.from(text),
    Buffer.from('</p></article></body></html>'),
  ]);
  return { headers: { 'content-type': contentType }, body };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
