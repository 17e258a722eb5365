import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { DYNAMIC_CONFIG } from '../../../engine/dynamic-config.ts';
import { readProjectFile } from './project-file.ts';

const file = readProjectFile('deploy/temporal/dynamic-config.yaml');

// Where a cluster's default is what the embedded server has to be told, or has the memory that the embedded one shares.
const CLUSTER_DEFAULT = ['system.forceSearchAttributesCacheRefreshOnRead', 'history.hostLevelCacheMaxSize'];

/** Where the cluster's settings differ from the embedded engine's, which the tests run on. */
function dynamicConfigFaults(text: string): readonly string[] {
  const settings = parse(text) as Readonly<Record<string, readonly { readonly value: unknown }[]>>;
  const expected = DYNAMIC_CONFIG.filter(({ key }) => !CLUSTER_DEFAULT.includes(key));
  return [
    ...expected.filter(({ key }) => settings[key] === undefined).map(({ key }) => `${key} is missing`),
    ...expected.filter(({ key, value }) => settings[key] && settings[key][0]?.value !== value).map(({ key }) => `${key} differs`),
    ...Object.keys(settings).flatMap((key) => {
      const entries = settings[key] ?? [];
      return [
        ...(expected.some((setting) => setting.key === key) ? [] : [`${key} is unknown`]),
        ...(entries.length === 1 ? [] : [`${key} has ${entries.length} values`]),
        ...(new RegExp(`^${key.replaceAll('.', '\\.')}:\\n  # \\S`, 'm').test(text) ? [] : [`${key} has no reason`]),
      ];
    }),
  ];
}

describe('deploy/temporal/dynamic-config.yaml', () => {
  it('sets what the embedded engine sets, each with its reason', () => {
    expect(dynamicConfigFaults(file)).toEqual([]);
  });

  it.each<readonly [fault: string, from: string | RegExp, to: string]>([
    ['history.rps is missing', /^history\.rps:\n.*\n.*\n/m, ''],
    ['matching.rps differs', 'Likewise, 1200.\n  - value: 50000', 'Likewise, 1200.\n  - value: 1200'],
    ['matching.numTaskQueueReadPartitons is unknown', 'numTaskqueueReadPartitions', 'numTaskQueueReadPartitons'],
    ['history.timerProcessorMaxPollRPS has no reason', /^ {2}# The same for delays.*\n/m, ''],
    ['history.timerProcessorMaxTimeShift has 2 values', '  - value: 10ms', '  - value: 10ms\n  - value: 1s'],
  ])('shows the fault "%s"', (fault, from, to) => {
    expect(dynamicConfigFaults(file.replace(from, to))).toContain(fault);
  });
});
