import { isLive } from './check-queues.ts';
import type { QueueReading } from './check-queues.ts';
import { ok, warning } from './finding.ts';
import type { Finding } from './finding.ts';

/**
 * Looks at which code the processes run that poll for workflows. The engine knows the checksum of a worker's workflows, not the version
 * of the package nor of the project: processes whose handlers alone differ look alike.
 * @param nowMs by the engine's clock
 */
export function checkVersions(readings: readonly QueueReading[], nowMs: number): readonly Finding[] {
  const identities = new Map<string, Set<string>>();
  for (const { kind, pollers } of readings) {
    if (kind !== 'workflow') continue;
    for (const { build, identity } of pollers.filter((poller) => isLive(poller, nowMs))) {
      if (build !== null) identities.set(build, (identities.get(build) ?? new Set()).add(identity));
    }
  }
  if (identities.size === 0) return [ok('versions', 'No process says which workflows it runs, so that nothing can be said of versions.')];
  const [[build, only] = ['', new Set()], ...others] = identities;
  if (others.length === 0) return [ok('versions', `All processes run the same workflows (${[...only].join(', ')}: ${build}).`)];
  const each = [...identities].map(([build, of]) => `${build} in ${[...of].join(', ')}`).join('; ');
  return [
    warning(
      'versions',
      `Processes run ${identities.size} different versions of the workflows: ${each}.`,
      'While an upgrade goes on that is as it should be (workers first, then the API). Otherwise end the processes of the older version.',
    ),
  ];
}
