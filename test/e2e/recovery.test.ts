import { appendFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { proof } from '../support/proof.ts';
import { recoveryPoints } from '../support/recovery-points.ts';
import type { RecoveryPointName } from '../support/recovery-points.ts';
import { recover, startServices } from '../support/recovery.ts';
import type { Company } from '../support/recovery.ts';

const ALL = Object.keys(recoveryPoints) as readonly RecoveryPointName[];
const size = proof<{ readonly points: readonly RecoveryPointName[]; readonly victims: readonly Company[]; readonly kills: number }>({
  reduced: { points: ['riding attempt', 'handed-over attempt', 'delivery attempt', 'subject’s callbacks'], victims: ['alone'], kills: 1 },
  full: { points: ALL, victims: ['alone', 'with its engine'], kills: 3 },
});
const TEST_TIMEOUT_MS = 60_000 * (size.kills + 1);

describe.each(size.victims)('%s', (company) => {
  let services: Awaited<ReturnType<typeof startServices>>;

  beforeAll(async () => {
    services = await startServices(company);
  });
  afterAll(() => services.stop());

  it.each(size.points)(
    `goes on, loses nothing and sends nothing twice without need when it is killed, ${company}: %s`,
    async (point) => {
      for (let kill = 0; kill < size.kills; kill += 1) {
        const recovery = await recover(services, point, `${point.replaceAll(/\W/g, '-')}-${kill}`);
        const file = process.env['RECOVERY_TIMES'];
        if (file !== undefined) await appendFile(file, `${JSON.stringify(recovery)}\n`);

        for (const event of recovery.events) {
          expect(event).toMatchObject({ status: 'completed', callback: 'delivered', told: ['event.completed'] });
          expect(event.webhookIds).toHaveLength(1);
          expect(event.calledAfter).toBeLessThanOrEqual(1);
          expect(event.sentAfter).toBeLessThanOrEqual(1);
        }
      }
    },
    TEST_TIMEOUT_MS,
  );
});
