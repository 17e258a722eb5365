import type { EventTypeResource, EventTypeSummary } from '../client/resource-types.ts';
import { lines, table } from './render.ts';
import type { Paint } from './render.ts';

export function renderTypes(types: readonly EventTypeSummary[], paint: Paint): string {
  const rows = types.map(({ type, tier, weight, stages, handlers }) => [
    type,
    tier ?? '–',
    weight,
    named(stages),
    named(handlers.map(({ name }) => name)),
  ]);
  return table(['TYPE', 'TIER', 'WEIGHT', 'STAGES', 'HANDLERS'], rows, paint);
}

export function renderType({
  type,
  summary,
  tier,
  weight,
  coalesce,
  stages,
  handlers,
  cloudEventTypes,
  schema,
}: EventTypeResource): string {
  const head = lines(`${type}  ${tier ?? '–'}  ${weight}${summary === '' ? '' : `  ${summary}`}`, [
    ['stages', named(stages)],
    ...handlers.map((handler) => ['handler', renderHandler(handler)] as const),
    ['coalesce', coalesce ? 'yes' : null],
    ['CloudEvents', cloudEventTypes?.join(', ') ?? null],
    ['schema', schema === null ? 'none' : null],
  ]);
  return schema === null ? head : `${head}  schema\n${indented(schema)}\n`;
}

function renderHandler({ name, tier, weight, after }: EventTypeSummary['handlers'][number]): string {
  return [name, tier, weight, after.length > 0 && `after ${after.join(', ')}`].filter(Boolean).join('  ');
}

function indented(schema: object): string {
  return JSON.stringify(schema, null, 2).replaceAll(/^/gm, '    ');
}

function named(names: readonly string[]): string {
  return names.length === 0 ? '–' : names.join(', ');
}
