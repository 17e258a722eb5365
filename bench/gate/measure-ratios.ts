import { withBare } from '../bare/with-bare.ts';
import { withService } from '../service-under-test.ts';
import { ENVIRONMENT, MEASUREMENTS } from './measurements.ts';
import type { Figures, Measurement } from './measurements.ts';
import { medianOf } from './verdict.ts';
import type { Ratios } from './verdict.ts';

/** Both sides of a run, which live as long as it. */
interface Sides {
  readonly serviceUrl: string;
  readonly bareUrl: string;
}

/**
 * The service's figures to the bare workflow's, medians over the rounds. Each is measured between two of the bare workflow and
 * compared with their mean, so that what else the machine does meets both.
 */
export async function measureRatios(rounds: number, tell: (line: string) => void): Promise<Ratios> {
  const found = new Map<string, number[]>();
  await withBare((bareUrl) =>
    withService(
      async ({ url: serviceUrl }) => {
        // The first round warms both up.
        for (let round = 0; round <= rounds; round += 1) {
          for (const measurement of MEASUREMENTS) {
            const ratios = await measureOne(measurement, { serviceUrl, bareUrl }, `r${round}`);
            for (const [name, ratio] of Object.entries(ratios)) {
              tell(`${round === 0 ? 'warming up' : `${round} of ${rounds}`}, ${name}: ${ratio.toFixed(2)}`);
              if (round > 0) found.set(name, [...(found.get(name) ?? []), ratio]);
            }
          }
        }
      },
      { env: ENVIRONMENT },
    ),
  );
  return Object.fromEntries([...found].map(([name, ratios]) => [name, medianOf(ratios)]));
}

async function measureOne({ name, service, bare }: Measurement, { serviceUrl, bareUrl }: Sides, round: string): Promise<Ratios> {
  const key = (part: string): string => `${round}-${name.replaceAll(/\W+/g, '-')}-${part}`;
  const before = await bare(bareUrl, key('before'));
  const ours = await service(serviceUrl, key('ours'));
  const after = await bare(bareUrl, key('after'));
  return Object.fromEntries(Object.keys(ours).map((figure) => [`${name}: ${figure}`, toRatio(figure, ours, before, after)]));
}

function toRatio(figure: string, ours: Figures, ...bare: readonly [Figures, Figures]): number {
  const [before = Number.NaN, after = Number.NaN] = bare.map((figures) => figures[figure]);
  return (ours[figure] ?? Number.NaN) / ((before + after) / 2);
}
