import { createAddressGuard } from '../../../activities/callbacks/address-guard.ts';
import { createGuardedAgent } from '../../../activities/callbacks/guarded-agent.ts';
import { createGuardedFetch } from '../../../activities/fetch/guarded-fetch.ts';
import { makeDocument } from '../../../events/sessions/make-document.ts';
import { planSteps } from '../../../events/sessions/plan-steps.ts';
import { readPage } from '../../../events/sessions/read-page.ts';
import { sessionData } from '../../../events/sessions/session-data.ts';
import { noServices } from '../../support/handler-services.ts';

// A process that makes a talk's document, once or over and over, as a worker does whose attempts are repeated. It can be killed.
const [dataDirectory = '', site = '', language = '', times = '1'] = process.argv.slice(2);
const guard = createAddressGuard(['127.0.0.0/8']);
const endpoint = { url: `${site}/v1`, model: 'm', apiKey: null };
const context = {
  ...noServices,
  dataDirectory,
  services: { sessions: { filesQuotaBytes: null, languageModel: endpoint, transcriber: endpoint } },
  fetch: createGuardedFetch({ agent: createGuardedAgent({ guard }), guard, userAgent: 'Test', now: Date.now }),
  ...{ state: null, stage: 'action', attempt: 1, idempotencyKey: 'talk/1/action', signal: new AbortController().signal },
  heartbeat: () => undefined,
  lastProgress: null,
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  emit: () => undefined,
};
const data = sessionData.parse({
  ...{ event: 'NodeConf', session: 'Time without ticks', track: 'Main', filename: 'time.md' },
  ...{ url: `${site}/talk`, video_url: `${site}/video`, source_language: 'en', target_language: language },
});

const plan = planSteps(data, await readPage({ data }, context), context.services.sessions);
for (let time = 0; time < Number(times); time += 1) await makeDocument({ id: 'talk', data, tenant: 'default' }, plan, context);
process.exit();
