import { describe, expect, it } from 'vitest';
import { environmentSchema, parseEnvironment } from '../../../config/environment.ts';

const secret = `whsec_${'A'.repeat(43)}=`;

function faultOf(variables: Readonly<Record<string, string>>): string {
  try {
    parseEnvironment(variables);
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return '';
}

describe('parseEnvironment', () => {
  it('has a default for everything that a first start needs', () => {
    expect(parseEnvironment({})).toEqual({
      PORT: 3000,
      HOST: '127.0.0.1',
      TICKLESS_DATA: '.tickless',
      TEMPORAL_NAMESPACE: 'default',
      ENGINE_SYNC: 'full',
      RETENTION: 604_800_000,
      API_KEYS: [],
      WEBHOOK_SECRETS: [],
      CALLBACK_ALLOW: [],
      CALLBACK_SCHEDULE: [5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 50_400_000, 72_000_000, 86_400_000],
      CALLBACK_CONNECTIONS: 128,
      CALLBACK_PROBE_AFTER: 10_000,
      CALLBACK_RESUME_RATE: 10,
      MAX_CONCURRENT_TASKS: 5,
      HANDLER_MEMORY_MB: 1_024,
      HANDLER_GRACE_MS: 2_000,
      RESERVED_TASKS: {},
      MAX_BACKLOG: 10_000,
      URGENCY_THRESHOLD: 0.8,
      TICKLESS_FAST_SANDBOX: '0',
      UNKNOWN_TYPES: 'reject',
      LOG_LEVEL: 'info',
    });
  });

  it('takes an empty value for one that is not set, in every variable', () => {
    const empty = Object.fromEntries(Object.keys(environmentSchema.shape).map((name) => [name, '']));
    expect(parseEnvironment(empty)).toEqual(parseEnvironment({}));
  });

  it('leaves alone what others read', () => {
    expect(parseEnvironment({ PATH: '/bin', TEMPORAL_API_KEY: 'k', UNSET: undefined })).toEqual(parseEnvironment({}));
  });

  it('reads values as what they are used for', () => {
    const environment = parseEnvironment({
      PORT: '0',
      RETENTION: '1h',
      API_KEYS: 'acme:0123456789abcdef',
      WEBHOOK_SECRETS: `${secret}, whsec_${'b'.repeat(32)}`,
      CALLBACK_ALLOW: '10.0.0.0/8, 192.168.1.0/24,',
      CALLBACK_SCHEDULE: '100ms,1s',
      MAX_CONCURRENT_TASKS: '20',
      URGENCY_THRESHOLD: '0.5',
      TICKLESS_FAST_SANDBOX: '1',
      TEMPORAL_UI_URL: 'http://127.0.0.1:8233',
      UNKNOWN_TYPES: 'life',
    });
    expect(environment).toMatchObject({
      PORT: 0,
      RETENTION: 3_600_000,
      API_KEYS: [{ tenant: 'acme', key: '0123456789abcdef', scopes: ['send', 'read', 'operate'] }],
      WEBHOOK_SECRETS: [secret, `whsec_${'b'.repeat(32)}`],
      CALLBACK_ALLOW: ['10.0.0.0/8', '192.168.1.0/24'],
      CALLBACK_SCHEDULE: [100, 1_000],
      MAX_CONCURRENT_TASKS: 20,
      URGENCY_THRESHOLD: 0.5,
      TICKLESS_FAST_SANDBOX: '1',
      TEMPORAL_UI_URL: 'http://127.0.0.1:8233',
      UNKNOWN_TYPES: 'life',
    });
  });

  it.each([
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '3000.5'],
    ['PORT', 'http'],
    ['TEMPORAL_UI_URL', '127.0.0.1:8233/ui'],
    ['ENGINE_SYNC', 'off'],
    ['RETENTION', '59m'],
    ['RETENTION', '7 days'],
    ['API_KEYS', 'acme'],
    ['API_KEYS', ','],
    ['API_KEYS', ' '],
    ['API_KEYS', '# none'],
    ['API_KEYS', 'acme:'],
    ['API_KEYS', 'acme:0123456789abcdef,other:0123456789abcdef'],
    ['WEBHOOK_SECRETS', ','],
    ['WEBHOOK_SECRETS', ' '],
    ['WEBHOOK_SECRETS', 'whsec_'],
    ['WEBHOOK_SECRETS', `${secret},`],
    ['WEBHOOK_SECRETS', `,${secret}`],
    ['CALLBACK_ALLOW', ','],
    ['CALLBACK_ALLOW', ' '],
    ['CALLBACK_SCHEDULE', ' '],
    ['LONGEST_WAITS', ','],
    ['LONGEST_WAITS', ' '],
    ['RATE_LIMIT', ' '],
    ['WEBHOOK_SECRETS', 'secret'],
    ['WEBHOOK_SECRETS', 'whsec_tooShort'],
    ['CALLBACK_SCHEDULE', '5s,soon'],
    ['CALLBACK_SCHEDULE', ','],
    ['CALLBACK_CONNECTIONS', '15'],
    ['CALLBACK_CONNECTIONS', '1025'],
    ['MAX_CONCURRENT_TASKS', '0'],
    ['MAX_CONCURRENT_TASKS', '10001'],
    ['URGENCY_THRESHOLD', '1.1'],
    ['TICKLESS_FAST_SANDBOX', 'yes'],
    ['URGENCY_THRESHOLD', 'high'],
    ['LOG_LEVEL', 'verbose'],
  ])('refuses %s=%s, and names it', (name, value) => {
    expect(faultOf({ [name]: value })).toMatch(new RegExp(`^The environment has faults:\\n  ${name}: .+$`));
  });

  it('names every fault at once', () => {
    const message = faultOf({ PORT: 'x', LOG_LEVEL: 'loud', RETENTION: '1m', API_KEYS: 'acme:short', CALLBACK_SCHEDULE: '1x' });
    const named = message.split('\n').slice(1);
    expect(named.map((line) => line.split(':')[0]?.trim())).toEqual(['PORT', 'RETENTION', 'API_KEYS', 'CALLBACK_SCHEDULE', 'LOG_LEVEL']);
    expect(message).toContain('RETENTION: at least 1h');
    expect(message).toContain('"1x" is not a duration such as 500ms, 5s, 2h or 7d');
  });

  it('repeats no secret in a fault', () => {
    expect(faultOf({ WEBHOOK_SECRETS: 'whsec_hunter2', API_KEYS: 'acme:hunter2' })).not.toContain('hunter2');
  });
});

it.each(['TICKLESS_DATA', 'TEMPORAL_CLI_PATH', 'API_KEYS'])(
  'refuses a ~ at the beginning of %s, of which a folder of that name would be made',
  (name) => {
    for (const value of ['~', '~/data', '~me/data'])
      expect(faultOf({ [name]: value })).toMatch(new RegExp(`${name}: nobody replaces the ~ here: write the whole path`));
    expect(faultOf({ TICKLESS_DATA: './~/data' })).toBe('');
  },
);
