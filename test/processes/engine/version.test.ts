import { describe, expect, it } from 'vitest';
import { parseVersion } from '../../../engine/version.ts';

describe('parseVersion', () => {
  it('reads a released CLI', () => {
    expect(parseVersion('temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)\n')).toEqual({ cli: '1.5.1', server: '1.29.1' });
  });

  it('reads a CLI built by go install, which has no version of its own', () => {
    expect(parseVersion('temporal version 0.0.0-DEV (Server 1.29.1, UI 2.42.1)')).toEqual({ cli: '0.0.0-DEV', server: '1.29.1' });
  });

  it('finds the version below warnings', () => {
    expect(parseVersion('a new version is out\ntemporal version 1.5.1 (Server 1.29.1)')).toEqual({ cli: '1.5.1', server: '1.29.1' });
  });

  it.each(['', 'tctl version 1.18.0', 'temporal version 1.5.1', 'temporal version 1.5.1 (UI 2.42.1)'])(
    'does not take "%s" for one',
    (text) => {
      expect(parseVersion(text)).toBeUndefined();
    },
  );
});
