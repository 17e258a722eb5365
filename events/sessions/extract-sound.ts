import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PermanentError } from '../../domain/handler-errors.ts';

const run = promisify(execFile);

/**
 * A video's sound, small enough to be sent, if this machine has `ffmpeg`; the video itself otherwise. Only local files are
 * read, since a playlist could name any address.
 * @throws PermanentError `video_unreadable`
 */
export async function extractSound(video: string, signal: AbortSignal): Promise<string> {
  const sound = `${video}.mp3`;
  const input = ['-nostdin', '-y', '-protocol_whitelist', 'file', '-i', video];
  try {
    await run('ffmpeg', [...input, '-vn', '-ac', '1', '-ar', '16000', '-b:a', '32k', sound], { signal });
    return sound;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return video;
    throw new PermanentError('video_unreadable', 'ffmpeg finds no sound in the video', { cause: error });
  }
}
