import { expect, it } from 'vitest';
import { formatBytes } from '../../../dashboard/format/bytes.ts';
import { formatCount, formatNumber } from '../../../dashboard/format/count.ts';
import { formatDuration } from '../../../dashboard/format/duration.ts';
import { formatJson } from '../../../dashboard/format/json.ts';
import { parseJson } from '../../../dashboard/format/parse-json.ts';
import { parseEventFilter } from '../../../dashboard/service/event-filter.ts';

it.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1_000, '1 s'],
  [3_420, '3.4 s'],
  [12_400, '12 s'],
  [59_960, '1 min'],
  [125_000, '2 min 5 s'],
  [3_599_900, '1 h'],
  [12_000_000, '3 h 20 min'],
  [187_200_000, '2 d 4 h'],
])('says %i ms as "%s"', (ms, said) => expect(formatDuration(ms)).toBe(said));

it('says numbers, counts and sizes as a reader does', () => {
  expect(formatNumber(1_234.56)).toBe('1,234.6');
  expect([formatCount(1, 'event'), formatCount(2, 'event'), formatCount(0, 'entry', 'entries')]).toEqual([
    '1 event',
    '2 events',
    '0 entries',
  ]);
  expect([formatBytes(999), formatBytes(4_200), formatBytes(1_500_000)]).toEqual(['999 B', '4.2 KB', '1.5 MB']);
});

it('shows JSON without characters that turn the text after them', () => {
  expect(formatJson({ file: 'a\u202Egpj.exe' })).toBe('{\n  "file": "a\\u202egpj.exe"\n}');
  expect(formatJson(undefined)).toBe('null');
});

it('says what is wrong with JSON', () => {
  expect(parseJson('{"a":1}')).toEqual({ ok: true, value: { a: 1 } });
  expect(parseJson('{')).toMatchObject({ ok: false });
});

it('reads a filter from an address, and leaves out what it can not be', () => {
  expect(parseEventFilter({ type: 'a', status: 'failed', tier: 'high', since: '2026-01-01T00:00Z' })).toEqual({
    type: 'a',
    status: 'failed',
    tier: 'high',
    since: '2026-01-01T00:00:00.000Z',
  });
  expect(parseEventFilter({ type: '', status: 'gone', tier: 5, since: 'x', batch: 7, subject: {}, other: 1 })).toEqual({ batch: '7' });
});
