import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DefaultLogger } from '@temporalio/worker';
import { parseEnvironment } from '../../config/environment.ts';
import { createLogger } from '../../config/logger.ts';
import { startEngine } from '../../engine/start-engine.ts';
import { prepareNamespace } from '../../engine/prepare-namespace.ts';
import { bundleWorkflows } from '../../worker/workflow-bundle.ts';
import { startInProcessService } from '../support/in-process-service.ts';
import { createRecorder } from './recorder.ts';
import { recordAlerts } from './scenarios/alerts.ts';
import {
  recordBatch,
  recordBatchOfSubjects,
  recordRetriedBatch,
  recordSequentialBatch,
  recordSteeredBatch,
} from './scenarios/batches.ts';
import { recordTogether } from './scenarios/chunks.ts';
import { recordCauses } from './scenarios/causes.ts';
import { recordHandlers } from './scenarios/handlers.ts';
import { recordSingleEvents, recordUnbegun, recordWaiting, recordWaitingForPermit } from './scenarios/single-events.ts';
import { recordStats } from './scenarios/stats.ts';
import { recordFollowUps } from './scenarios/follow-ups.ts';
import { recordGatheredSubject, recordLoneSubject, recordSubject } from './scenarios/subjects.ts';

// `npm run histories`: records what today's workflows leave behind, for the replay tests of tomorrow's, and keeps what is
// there. With `--into <folder>` it records all of them anew, as for `npm run bench:histories`. Which shows what: ways.ts.
const { values } = parseArgs({ options: { into: { type: 'string', default: fileURLToPath(new URL('.', import.meta.url)) } } });
await mkdir(values.into, { recursive: true });

const dataDirectory = await mkdtemp(join(tmpdir(), 'tickless-histories-'));
const logger = createLogger('warn');
const engine = await startEngine({
  environment: parseEnvironment({}),
  dataDirectory,
  logger,
  progress: (message) => process.stderr.write(`${message}\n`),
  headless: true,
  preferredPorts: { server: 0, ui: 0 },
});
const service = await startInProcessService({
  engine: { address: engine.address, namespace: 'default' },
  workflowBundle: await bundleWorkflows(new DefaultLogger('ERROR')),
  variables: { CALLBACK_SCHEDULE: '100ms,100ms,100ms,100ms,100ms,1h', CALLBACK_PROBE_AFTER: '300ms' },
});
await prepareNamespace({ connection: service.client.connection, namespace: 'default', kind: 'embedded', retentionMs: 86_400_000, logger });
const recorder = createRecorder(service, values.into);
try {
  await recordSingleEvents(recorder);
  await recordUnbegun(recorder);
  await recordWaiting(recorder);
  await recordWaitingForPermit(recorder);
  await recordTogether(recorder);
  await recordHandlers(recorder);
  await recordFollowUps(recorder);
  await recordBatch(recorder);
  await recordSequentialBatch(recorder);
  await recordBatchOfSubjects(recorder);
  await recordSteeredBatch(recorder);
  await recordRetriedBatch(recorder);
  await recordSubject(recorder);
  await recordLoneSubject(recorder);
  await recordGatheredSubject(recorder);
  await recordStats(recorder, service.client);
  await recordCauses(recorder, service.client);
  await recordAlerts(recorder, service.client);
} finally {
  await service.stop();
  await engine.stop();
  await rm(dataDirectory, { recursive: true, force: true });
}
