import type { Context } from 'hono';
import { MAX_DEPTH, parseExactJson } from '../domain/exact-json.ts';
import type { LossyPlace } from '../domain/exact-json.ts';
import { toPointer } from '../domain/json-pointer.ts';
import { inTime } from './body-in-time.ts';
import { isReadableAsUtf8, parseMediaType } from './media-type.ts';
import type { MediaType } from './media-type.ts';
import type { Problem } from './problem.ts';
import type { Fault } from '../domain/fault.ts';

export type JsonBody =
  | {
      readonly ok: true;
      readonly body: unknown;
      /** Of entries of the list that the route named, by index: what their values don't say as it was sent. */
      readonly lossy: ReadonlyMap<number, readonly Fault[]>;
    }
  | { readonly ok: false; readonly problem: Problem };

export interface ReadJsonOptions {
  /** The media types that the route takes. */
  readonly taken?: readonly string[];
  /** Whether a media type is read as JSON here; by default `application/json`. */
  readonly isJson?: (type: string) => boolean;
  /** The field whose list has entries that may be wrong each for itself; null where the body is that list. */
  readonly list?: string | null | undefined;
  /** What it is called where a value can't be kept as it was sent. */
  readonly invalid?: Problem['code'];
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads a JSON body, or says what is wrong with it. */
export async function readJson(
  context: Context,
  { taken = ['application/json'], isJson = (type) => type === 'application/json', list, invalid = 'invalid_event' }: ReadJsonOptions = {},
): Promise<JsonBody> {
  const mediaType = parseMediaType(context.req.header('content-type'));
  if (!isJson(mediaType.type) || !isReadableAsUtf8(mediaType)) return fault(wrongMediaType(mediaType, taken));
  const bytes = await inTime(context.req.arrayBuffer());
  try {
    const parsed = parseExactJson(utf8.decode(bytes));
    if (parsed.kind === 'too_deep') return fault({ code: 'malformed', detail: `the body is nested deeper than ${MAX_DEPTH} levels` });
    const places = parsed.kind === 'lossy' ? parsed.places : [];
    const depth = list === null ? 0 : 1;
    const isOfEntry = ({ path }: LossyPlace): boolean => (list === null || path[0] === list) && typeof path[depth] === 'number';
    const ofBody = places.filter((place) => !isOfEntry(place));
    const refused = parsed.kind === 'lossy' && parsed.isCut ? places : ofBody;
    const [first] = refused;
    if (first) return fault({ code: invalid, detail: `${toPointer(first.path)}: ${first.detail}`, errors: refused.map(toFault) });
    return { ok: true, body: parsed.value, lossy: byEntry(places, depth) };
  } catch (error) {
    return fault({
      code: 'malformed',
      detail: `the body is not JSON: ${error instanceof SyntaxError ? error.message : 'it is not UTF-8'}`,
    });
  }
}

/** The same where there need be no body, which then is an empty object. */
export async function readOptionalJson(context: Context): Promise<JsonBody> {
  const { byteLength } = await inTime(context.req.arrayBuffer());
  return byteLength === 0 ? { ok: true, body: {}, lossy: new Map() } : readJson(context);
}

/** What is said of a body that isn't of a type that is taken, or in another charset than UTF-8. */
export function wrongMediaType(mediaType: MediaType, taken: readonly string[]): Problem {
  const { type, charset } = mediaType;
  const given = type === '' ? 'no content type' : `"${type}"`;
  const how = isReadableAsUtf8(mediaType) ? '' : ` in the charset "${charset}"`;
  return {
    code: 'unsupported_media_type',
    detail: `${given}${how} was sent; this takes ${taken.join(', ')}, in UTF-8`,
    headers: { 'accept-post': taken.join(', ') },
  };
}

export function toFault({ path, detail }: LossyPlace): Fault {
  return { pointer: toPointer(path), detail };
}

/** By the entry's index, which stands at this depth, with pointers into it. */
function byEntry(places: readonly LossyPlace[], depth: number): ReadonlyMap<number, readonly Fault[]> {
  const faults = new Map<number, readonly Fault[]>();
  for (const { path, detail } of places) {
    const index = Number(path[depth]);
    faults.set(index, [...(faults.get(index) ?? []), toFault({ path: path.slice(depth + 1), detail })]);
  }
  return faults;
}

function fault(problem: Problem): JsonBody {
  return { ok: false, problem };
}
