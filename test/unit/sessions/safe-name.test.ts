import fc from 'fast-check';
import { expect, it } from 'vitest';
import { safeName } from '../../../events/sessions/safe-name.ts';
import { sessionPaths } from '../../../events/sessions/session-paths.ts';

it.each([
  ['Main Track', 'Main-Track'],
  ['../../etc/passwd', 'etc-passwd'],
  ['..', 'unnamed'],
  ['Größe 数', 'Größe-数'],
  ['a\0b\\c', 'a-b-c'],
])('makes "%s" the name "%s"', (text, name) => {
  expect(safeName(text)).toBe(name);
});

it('never leaves its folder, whatever a request says', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), fc.string(), (event, track, filename) => {
      const { folder, markdown, transcript } = sessionPaths('default', { event, track, filename, day: null, starttime: null });
      const parts = markdown.split('/');
      expect(parts).toHaveLength(5);
      expect(parts[0]).toBe('events');
      expect(markdown.startsWith(`${folder}/`) && transcript.startsWith(`${folder}/`)).toBe(true);
      for (const part of parts) {
        expect(part).toMatch(/^[\p{L}\p{N}_][\p{L}\p{N}._-]*$/u);
        expect(Buffer.byteLength(part)).toBeLessThan(255);
      }
    }),
  );
});

it('keeps tenants apart', () => {
  const talk = { event: 'E', track: 'T', filename: 'a.b.md', day: '2026-01-02', starttime: '09:30' };

  expect(sessionPaths('default', talk).markdown).toBe('events/E/T/2026-01-02-0930-a.b/a.b.md');
  expect(sessionPaths('acme', talk).markdown).toBe('tenants/acme/events/E/T/2026-01-02-0930-a.b/a.b.md');
});
