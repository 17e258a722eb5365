import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { extractSound } from '../../../events/sessions/extract-sound.ts';
import { projectRoot } from '../../unit/deploy/project-file.ts';

const run = promisify(execFile);
const stub = join(projectRoot, 'test/fixtures/bin');
const { signal } = new AbortController();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickless-sound-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** A second of picture and sound, by this machine's ffmpeg or by the stub where there is none. */
async function makeVideo(): Promise<string> {
  const path = join(folder, 'video.mp4');
  const sources = ['-f', 'lavfi', '-i', 'testsrc=size=32x32:rate=2:duration=1', '-f', 'lavfi', '-i', 'sine=duration=1'];
  try {
    await run('ffmpeg', ['-v', 'error', '-nostdin', ...sources, path]);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    vi.stubEnv('PATH', stub + delimiter + process.env['PATH']);
    await writeFile(path, 'a video');
  }
  return path;
}

it('gives the sound alone, as an MP3', async () => {
  const sound = await extractSound(await makeVideo(), signal);

  expect(sound).toBe(join(folder, 'video.mp4.mp3'));
  expect((await readFile(sound)).subarray(0, 3).toString()).toBe('ID3');
});

it('lets ffmpeg read nothing but the file itself', async () => {
  vi.stubEnv('PATH', stub + delimiter + process.env['PATH']);
  const video = join(folder, 'video');
  await writeFile(video, '#EXTM3U');

  const words = await readFile(await extractSound(video, signal), 'utf8');

  expect(words).toContain(`-protocol_whitelist file -format_whitelist mov,`);
  expect(words).not.toMatch(/hls|concat/);
});

it.each(['#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n', 'ffconcat version 1.0\nfile passwd\n', ''])(
  'finds no sound in what is no video: %j',
  async (content) => {
    await makeVideo();
    const video = join(folder, 'video');
    // The stub takes any file for a video, but not none.
    if (process.env['PATH']?.startsWith(stub) !== true) await writeFile(video, content);

    await expect(extractSound(video, signal)).rejects.toMatchObject({ code: 'video_unreadable' });
  },
);

it('gives the video itself on a machine without ffmpeg', async () => {
  vi.stubEnv('PATH', folder);

  expect(await extractSound('/some/video', signal)).toBe('/some/video');
});

it('stops when the event is cancelled', async () => {
  vi.stubEnv('PATH', stub + delimiter + process.env['PATH']);
  const cancelled = new Error('cancelled');

  await expect(extractSound('/some/video', AbortSignal.abort(cancelled))).rejects.toBe(cancelled);
});
