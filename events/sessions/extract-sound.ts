import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PermanentError } from 'tickless';

const run = promisify(execFile);

// Those that hold what they play. A playlist names other files, also those of other tenants.
const CONTAINERS = 'mov,matroska,mpegts,mpeg,avi,flv,asf,mp3,ogg,wav,flac,aac,aiff';
const QUIETLY = ['-hide_banner', '-loglevel', 'error', '-nostdin'];
const FROM_THIS_FILE_ALONE = ['-protocol_whitelist', 'file', '-format_whitelist', CONTAINERS];
const AS_SMALL_SPEECH = ['-vn', '-ac', '1', '-ar', '16000', '-b:a', '32k'];

/**
 * A video's sound, small enough to be sent, if this machine has `ffmpeg`; the video itself otherwise.
 * @throws PermanentError `video_unreadable`
 */
export async function extractSound(video: string, signal: AbortSignal): Promise<string> {
  const sound = `${video}.mp3`;
  try {
    await run('ffmpeg', [...QUIETLY, '-y', ...FROM_THIS_FILE_ALONE, '-i', video, ...AS_SMALL_SPEECH, sound], { signal });
    return sound;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return video;
    throw new PermanentError('video_unreadable', 'ffmpeg finds no sound in the video', { cause: error });
  }
}
