import { z } from 'zod';

const text = z.string().max(1_000).regex(/\S/, 'must not be blank');
const webAddress = z
  .string()
  .max(2_048)
  .regex(/^[Hh][Tt][Tt][Pp][Ss]?:\/\/\S+$/, 'must start with http:// or https://');
const clock = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time as HH:MM')
  .nullable()
  .default(null);
const language = z.string().max(35).regex(/\S/, 'must not be blank');

/** A talk, under the field names that clients of the older routes send. */
export const sessionData = z.object({
  event: text,
  session: text,
  url: webAddress,
  filename: z
    .string()
    .max(255)
    // As readers of the OpenAPI document in other languages write it, which don't know of \0.
    // oxlint-disable-next-line no-control-regex -- NUL is in no file's name
    .regex(/^(?!\.{1,2}$)[^/\\\x00]*[^/\\\x00\s][^/\\\x00]*$/, 'must be a plain file name'),
  track: text,
  day: z.iso.date('must be a day as YYYY-MM-DD').nullable().default(null),
  starttime: clock,
  endtime: clock,
  speakers: z.array(z.string().max(200)).max(100).default([]),
  video_url: webAddress.nullable().default(null),
  attachments_url: webAddress.nullable().default(null),
  source_language: language.default('en'),
  target_language: language.default('de'),
  /** A video that can't be transcribed for want of a transcriber is a warning, not a failure. */
  optional: z.boolean().default(false),
});

export type SessionData = z.output<typeof sessionData>;
