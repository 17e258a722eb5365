import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** Each place that asks for the time of day, and what for; durations are measured by `runtime/monotonic.ts`. */
const ALLOWED: Readonly<Record<string, string>> = {
  'activities/cancel-items.ts': 'a deadline of a call, which the client counts by it',
  'activities/callbacks/destinations.ts': 'deadlines of calls',
  'api/create-api.ts': 'handed to what shows or stores times',
  'api/start-failure-report.ts': 'when failures were heard of, which is stored',
  'events/sessions/older/process-events.ts': 'shown',
  'events/sessions/older/process-routes.ts': 'shown',
  'api/start-alerts.ts': 'when the engine was found to be away, which is shown; handed to what compares stored times',
  'api/tally.ts': 'the minute that something is counted in, which is shown',
  'api/temporal/at-handlers.ts': 'compared with a time that is shown',
  'api/uuid.ts': 'part of an id',
  'client/tickless-error.ts': 'compared with a date that a server says',
  'client/verify-webhook.ts': 'compared with what a signature says',
  'engine/prepare-namespace.ts': 'deadlines of calls',
  'engine/prepare-search-attributes.ts': 'a deadline of a call',
  'engine/until-stuck.ts': 'a deadline of a call',
  'engine/wait-until-answers.ts': 'a deadline of a call',
  'events/sessions/make-document.ts': 'shown, and compared with the times of folders',
  'handlers/advance-handlers.ts': 'when handlers have ended, which is stored',
  'handlers/hosts/guarded-advance.ts': 'when attempts have ended, which is stored',
  'handlers/hosts/serve-host.ts': 'handed to what shows or stores times',
  'handlers/hosts/start-host.ts': 'compared with when runs have started, which is stored',
  'temporal/engine-call.ts': 'a deadline of a call',
  'temporal/read-record.ts': 'compared with a time that is shown',
  'worker/create-worker-activities.ts': 'handed to what shows or stores times',
  'worker/run-worker.ts': 'handed to what shows or stores times',
  'worker/run-host.ts': 'when follow-ups are accepted, which is stored',
  'worker/handler-composition.ts': 'compared with a date that a server gives',
};

it('is asked for where a time is shown, stored or compared with one that was, never to measure', () => {
  const files = execFileSync('git', ['ls-files', '*.ts'], { encoding: 'utf8' }).split('\n');
  const asking = files
    // Workflows have the engine's clock by that name.
    .filter((file) => /^(activities|api|client|config|domain|engine|events|handlers|runtime|temporal|worker)\//.test(file))
    .filter((file) => /\bDate\.now\b|\bnew Date\(\)/.test(readFileSync(file, 'utf8')));
  expect(asking.toSorted()).toEqual(Object.keys(ALLOWED).toSorted());
});
