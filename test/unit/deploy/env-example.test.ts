import { describe, expect, it } from 'vitest';
import { clientVariables, isKnownVariable, ourVariables, readVariable } from './known-variables.ts';
import { readProjectFile } from './project-file.ts';

const example = readProjectFile('.env.example');

/** What of it differs from what the code reads; nothing if all is well. */
function exampleFaults(text: string): readonly string[] {
  const entries = parseExample(text);
  const names = entries.map(({ name }) => name);
  return [
    ...[...ourVariables, ...clientVariables].filter((name) => !names.includes(name)).map((name) => `${name} is missing`),
    ...names.filter((name) => !isKnownVariable(name)).map((name) => `${name} is read by nobody`),
    ...names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${name} is there twice`),
    ...entries.filter(({ explanation }) => explanation.length < 15).map(({ name }) => `${name} is not explained`),
    ...entries.flatMap(defaultFaults),
  ];
}

interface Entry {
  readonly name: string;
  readonly value: string;
  readonly explanation: string;
}

/** A setting is `#NAME=value`; a comment above it has a space after the `#`, and may hold for two. */
function parseExample(text: string): readonly Entry[] {
  const entries: Entry[] = [];
  let explanation = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('# ')) explanation = line.slice(2);
    if (line === '') explanation = '';
    const [, name, value] = /^#?([A-Z]\w*)=(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) entries.push({ name, value, explanation });
  }
  return entries;
}

function defaultFaults({ name, value }: Entry): readonly string[] {
  if (!ourVariables.includes(name)) return value === '' ? [] : [`${name} has no default of ours`];
  const expected = readVariable(name);
  const actual = readVariable(name, value);
  const isEmptyDefault = expected === undefined || (typeof expected === 'object' && Object.keys(expected ?? {}).length === 0);
  const isSame = JSON.stringify(actual) === JSON.stringify(expected) && (value === '') === isEmptyDefault;
  return isSame ? [] : [`${name} has another default`];
}

describe('.env.example', () => {
  it('lists every variable that is read, with its default and an explanation', () => {
    expect(exampleFaults(example)).toEqual([]);
  });

  it('sets nothing by itself', () => {
    expect(example.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  });

  it.each<readonly [fault: string, from: string | RegExp, to: string]>([
    ['ENGINE_SYNC is missing', /^#ENGINE_SYNC=.*\n/m, ''],
    ['TEMPORAL_TLS_SERVER_NAME is missing', '#TEMPORAL_TLS_SERVER_NAME=', ''],
    ['CALLBACK_TIMEOUT is read by nobody', '#PORT=', '#CALLBACK_TIMEOUT=30s\n#PORT='],
    ['PORT is there twice', '#PORT=3000', '#PORT=3000\n#PORT=3000'],
    ['PORT has another default', '#PORT=3000', '#PORT=8080'],
    ['RETENTION has another default', '#RETENTION=7d', '#RETENTION='],
    ['API_KEYS has another default', '#API_KEYS=', '#API_KEYS=me:0123456789abcdef'],
    ['LOG_LEVEL is not explained', /^# trace.*\n/m, '\n'],
    ['TEMPORAL_TLS has no default of ours', '#TEMPORAL_TLS=', '#TEMPORAL_TLS=true'],
  ])('shows the fault "%s"', (fault, from, to) => {
    expect(exampleFaults(example.replace(from, to))).toContain(fault);
  });
});
