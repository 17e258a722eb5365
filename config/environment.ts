import { z } from 'zod';
import { parseApiKeys } from './api-keys.ts';
import { parseDurationMs } from './durations.ts';
import { parseLongestWaits } from './longest-waits.ts';
import { parseReserved } from './reserved.ts';
import { parseRateLimit } from './rate-limit.ts';
import { readVariables, refuseFaults } from './read-variables.ts';
import { isSecret } from './secrets.ts';

const duration = z.string().transform((text, context) => {
  const durationMs = parseDurationMs(text);
  if (durationMs !== undefined) return durationMs;
  context.addIssue({ code: 'custom', message: `"${text}" is not a duration such as 500ms, 5s, 2h or 7d` });
  return z.NEVER;
});

const items = z.string().transform((text) => text.split(',').map((item) => item.trim()));

// A list that is set and has nothing in it is a mistake, such as a variable in it that is empty: it never stands for the default.
const list = items
  .transform((all) => all.filter((item) => item !== ''))
  .pipe(z.array(z.string()).min(1, 'it is set, but there is nothing in it'));

export const WEBHOOK_SECRET = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/;

// Here no item may be empty either: one secret of two would go on signing alone.
const secrets = items.pipe(z.array(z.string().regex(WEBHOOK_SECRET, 'each secret is whsec_ and 24 to 64 bytes in base64')));

const apiKeys = z.string().transform((text, context) => {
  const parsed = parseApiKeys(text);
  if (parsed.ok) return parsed.keys;
  context.addIssue({ code: 'custom', message: parsed.reason });
  return z.NEVER;
});

const longestWaits = z.string().transform((text, context) => {
  const parsed = parseLongestWaits(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: `"${text}" is not a list such as high:10s,normal:60s,low:never` });
  return z.NEVER;
});

const reserved = z.string().transform((text, context) => {
  const parsed = parseReserved(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: `"${text}" is neither a number nor a list such as critical:2,high:1` });
  return z.NEVER;
});

const rateLimit = z.string().transform((text, context) => {
  const parsed = parseRateLimit(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: `"${text}" is not a limit such as 100/60s` });
  return z.NEVER;
});

// A shell makes the home directory of it, but only where it stands unquoted; nobody else does.
const path = z.string().refine((text) => !text.startsWith('~'), 'nobody replaces the ~ here: write the whole path, such as /home/me/data');

const schedule = list.pipe(z.array(duration));

// zod's own words for a text that is no number are of its types.
const number = () => z.coerce.number('it must be a number');
const wholeNumber = () => number().int('it must be a whole number');

/** Every variable the service reads besides the SDK's own `TEMPORAL_*`; `.env.example` explains each. */
export const environmentSchema = z.object({
  PORT: wholeNumber().min(0).max(65_535).default(3000),
  METRICS_PORT: wholeNumber().min(0).max(65_535).optional(),
  HOST: z.string().default('127.0.0.1'),
  TICKLESS_DATA: path.default('.tickless'),
  TEMPORAL_ADDRESS: z.string().optional(),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TEMPORAL_CLI_PATH: path.optional(),
  TEMPORAL_UI_URL: z.url().optional(),
  ENGINE_SYNC: z.enum(['normal', 'full']).default('full'),
  RETENTION: duration.prefault('7d').refine((retentionMs) => retentionMs >= 3_600_000, 'at least 1h'),
  API_KEYS: apiKeys.default([]),
  WEBHOOK_SECRETS: secrets.default([]),
  CALLBACK_ALLOW: list.default([]),
  CALLBACK_SCHEDULE: schedule.prefault('5s,5m,30m,2h,5h,10h,14h,20h,24h'),
  // Every origin gets 16 (domain/riding.ts).
  CALLBACK_CONNECTIONS: wholeNumber().min(16).max(1_024).default(128),
  CALLBACK_PROBE_AFTER: duration.prefault('10s'),
  CALLBACK_RESUME_RATE: number().min(0.1).max(1_000).default(10),
  ALERT_URL: z.string().optional(),
  MAX_CONCURRENT_TASKS: wholeNumber().min(1).max(10_000).default(5),
  WORKER_SLOTS: wholeNumber().min(1).max(10_000).optional(),
  HANDLER_MEMORY_MB: wholeNumber().min(128).max(65_536).default(1_024),
  // Subjects and chunks wait for it, several times where a process ends.
  HANDLER_GRACE_MS: wholeNumber().min(100).max(10_000).default(2_000),
  RESERVED_TASKS: reserved.default({}),
  LONGEST_WAITS: longestWaits.optional(),
  RATE_LIMIT: rateLimit.optional(),
  MAX_BACKLOG: wholeNumber().min(1).max(1_000_000).default(10_000),
  URGENCY_THRESHOLD: number().min(0).max(1).default(0.8),
  UNKNOWN_TYPES: z.string().default('reject'),
  // Read by worker/sandbox-preload.cjs, before there is anything else.
  TICKLESS_FAST_SANDBOX: z.enum(['0', '1']).default('0'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

export type Environment = z.output<typeof environmentSchema>;

/**
 * Reads the settings once, at the start of a process.
 * @throws Error that names every faulty variable at once, its value unless that may be a secret, and where it is set
 */
export function parseEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const { values, faults } = readVariables(environmentSchema.shape, variables, isSecret);
  refuseFaults(faults);
  return values;
}
