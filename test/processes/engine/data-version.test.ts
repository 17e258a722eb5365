import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkDataVersion, stampData } from '../../../engine/data-version.ts';
import { temporaryDirectory } from './fakes.ts';

describe('checkDataVersion', () => {
  it('knows an empty data directory as new', () => {
    expect(checkDataVersion(temporaryDirectory())).toBe('new');
  });

  it('accepts a database with our stamp', () => {
    const directory = withDatabase();
    stampData(directory, { complete: true });
    expect(checkDataVersion(directory)).toBe('existing');
    expect(readStamp(directory)).toEqual({ cli: '1.5.1', server: '1.29.1', complete: true });
  });

  it('accepts a stamp that says nothing of completeness', () => {
    expect(checkDataVersion(withDatabase('{"cli":"1.5.0","server":"1.29.1"}'))).toBe('existing');
  });

  it('refuses a database of another server and names the ways out', () => {
    const directory = withDatabase('{"cli":"1.3.0","server":"1.27.2"}');
    const check = () => checkDataVersion(directory);
    expect(check).toThrow(expect.objectContaining({ code: 'data_version' }));
    for (const part of ['server 1.27.2 (CLI 1.3.0)', 'TICKLESS_DATA=', `move "${directory}" away`, 'TEMPORAL_ADDRESS'])
      expect(check).toThrow(part);
    expect(existsSync(join(directory, 'engine.db'))).toBe(true);
  });

  it.each([undefined, '', '{}', 'not json'])('refuses a database whose stamp is %j', (stamp) => {
    const directory = withDatabase(stamp);
    expect(() => checkDataVersion(directory)).toThrow(/unknown server version/);
  });

  it('deletes a database whose first start was cut off', () => {
    const directory = withDatabase();
    writeFileSync(join(directory, 'engine.db-wal'), '');
    stampData(directory, { complete: false });
    expect(checkDataVersion(directory)).toBe('new');
    expect(existsSync(join(directory, 'engine.db'))).toBe(false);
    expect(existsSync(join(directory, 'engine.db-wal'))).toBe(false);
  });
});

function withDatabase(stamp?: string): string {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'engine.db'), 'data');
  if (stamp !== undefined) writeFileSync(join(directory, 'engine-version.json'), stamp);
  return directory;
}

function readStamp(directory: string): unknown {
  return JSON.parse(readFileSync(join(directory, 'engine-version.json'), 'utf8'));
}
