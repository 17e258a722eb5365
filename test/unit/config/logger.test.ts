import { describe, expect, it } from 'vitest';
import { createLoggerTo, readable } from '../../../config/logger.ts';

function logTo(level: string) {
  const lines: string[] = [];
  const logger = createLoggerTo({ write: (line) => void lines.push(line) }, level);
  return { logger, last: () => JSON.parse(lines.at(-1) ?? '') as Record<string, unknown> };
}

const failed = Object.assign(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:4000') }), {
  code: 'EFETCH',
  details: [{ results: { card: '4242' } }],
});

describe('an error in the log', () => {
  it('has its kind, its code, and the chain of its causes, and nothing else that hangs on it', () => {
    const { logger, last } = logTo('info');

    logger.error({ err: failed }, 'a request failed');

    expect(last()['err']).toEqual({
      type: 'TypeError',
      message: 'fetch failed',
      code: 'EFETCH',
      cause: { type: 'Error', message: 'connect ECONNREFUSED 127.0.0.1:4000' },
    });
  });

  it('has its stack from debug on', () => {
    const { logger, last } = logTo('debug');

    logger.error({ err: failed }, 'a request failed');

    expect(last()['err']).toMatchObject({ stack: expect.stringContaining('logger.test.ts') as string });
  });

  it.each([
    ['a text', 'no', { type: 'string', message: 'no' }],
    ['anything else', { card: '4242' }, { type: 'object', message: 'no error was thrown' }],
  ])('may be %s', (_what, err, logged) => {
    const { logger, last } = logTo('info');

    logger.error({ err }, 'a request failed');

    expect(last()['err']).toEqual(logged);
  });

  it('ends where causes go round', () => {
    const { logger, last } = logTo('info');
    const circular = new Error('round');
    circular.cause = circular;

    logger.error({ err: circular }, 'a request failed');

    expect(JSON.stringify(last()['err']).match(/round/g)).toHaveLength(4);
  });
});

describe('a line on a terminal', () => {
  it('is one line with the time, the level, what is said and the fields, whatever characters others have sent', () => {
    const written: string[] = [];
    const logger = createLoggerTo(readable({ write: (line) => void written.push(line) }, false), 'info');

    logger.warn({ event: 'order-1', fields: { note: 'a\nb\u001b[2J' } }, 'attempt 1 failed: no\n\u001b[2J\r12:00:00 INFO: all is well');

    const text = written.join('');
    expect(text).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] WARN: attempt 1 failed: no \[2J 12:00:00 INFO: all is well \{"event":"order-1",/);
    expect(text.match(/\n/g)).toHaveLength(1);
    expect(text).not.toContain('\u001b');
  });
});
