import { expect, it } from 'vitest';
import { EMPTY_DRAFT, toRequest } from '../../../dashboard/pages/send/draft.ts';
import { toCurl, toTypeScript } from '../../../dashboard/pages/send/to-code.ts';

const draft = { ...EMPTY_DRAFT, type: 'order', data: { note: "it's" } };
const full = { ...draft, id: 'o-1', tier: 'high', subject: 's', delaySeconds: '1.5', waitSeconds: '0', callbackUrl: 'https://a.example' };

it('sends what the reader has said, and nothing else', () => {
  expect(toRequest(draft)).toEqual({ event: { type: 'order', data: { note: "it's" } }, waitSeconds: 10 });
  expect(toRequest(full)).toEqual({
    event: {
      type: 'order',
      id: 'o-1',
      subject: 's',
      data: draft.data,
      tier: 'high',
      delayMs: 1_500,
      callback: { url: 'https://a.example' },
    },
    waitSeconds: null,
  });
  expect(toRequest({ ...draft, tier: 'none', waitSeconds: '500', delaySeconds: 'x' })).toMatchObject({ waitSeconds: 60 });
});

it('shows the same for a shell and for a program, without the key', () => {
  const options = { url: 'http://127.0.0.1:3000', hasKey: true };
  expect(toCurl(toRequest(draft), options)).toBe(
    [
      "curl -s 'http://127.0.0.1:3000/v1/events' \\",
      "  -H 'content-type: application/json' \\",
      '  -H "authorization: Bearer $TICKLESS_API_KEY" \\',
      "  -H 'prefer: wait=10' \\",
      String.raw`  -d '{"type":"order","data":{"note":"it'\''s"}}'`,
    ].join('\n'),
  );
  expect(toTypeScript(toRequest(full), { ...options, hasKey: false })).toContain(
    '{"id":"o-1","subject":"s","tier":"high","delayMs":1500,"callback":{"url":"https://a.example"}});',
  );
  expect(toTypeScript(toRequest(draft), options)).toContain('key: process.env.TICKLESS_API_KEY');
});
