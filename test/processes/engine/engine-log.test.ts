import { closeSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasAnnounced, openEngineLog, readEngineLog } from '../../../engine/engine-log.ts';
import { temporaryDirectory } from './fakes.ts';

describe('openEngineLog', () => {
  it('starts empty with the service', () => {
    const directory = withLog('old');
    expect(openAndWrite(directory, { isFirstStart: true }, 'new')).toBe('new');
    expect(statSync(join(directory, 'engine.log')).size).toBe(3);
  });

  it('keeps the reason of the last crash over a restart, apart from what is new', () => {
    const directory = withLog('panic\nServer:  localhost:1\n');
    const log = openEngineLog(directory, { isFirstStart: false });
    expect(hasAnnounced(log)).toBe(false);
    writeSync(log.file, 'CLI 1.5.1\n\nServer:  localhost:7233\n');
    expect(hasAnnounced(log)).toBe(true);
    closeSync(log.file);
    expect(statSync(join(directory, 'engine.log')).size).toBeGreaterThan(40);
  });

  it('does not grow without end over many restarts', () => {
    const directory = withLog('x'.repeat(1_100_000));
    expect(openAndWrite(directory, { isFirstStart: false }, 'new')).toBe('new');
    expect(statSync(join(directory, 'engine.log')).size).toBe(3);
  });
});

describe('readEngineLog', () => {
  it('reads the end of a long log', () => {
    const log = openEngineLog(temporaryDirectory(), { isFirstStart: true });
    writeSync(log.file, `${'x'.repeat(10_000)}end`);
    closeSync(log.file);
    expect(readEngineLog(log, 5)).toBe('xxend');
  });
});

function withLog(text: string): string {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'engine.log'), text);
  return directory;
}

function openAndWrite(directory: string, start: { readonly isFirstStart: boolean }, text: string): string {
  const log = openEngineLog(directory, start);
  writeSync(log.file, text);
  closeSync(log.file);
  return readEngineLog(log);
}
