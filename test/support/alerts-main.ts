import { followParent } from '../../dev/follow-parent.mjs';
import { startInProcessService } from './in-process-service.ts';

/** A whole service that looks for alerts as often as its test wants. */
const { TEMPORAL_ADDRESS = '', TEMPORAL_NAMESPACE = '', WORKFLOW_BUNDLE = '', ALERT_URL = '', LOOK_EVERY_MS = '' } = process.env;

// None is left over from a test that was ended by force.
followParent();
await startInProcessService({
  engine: { address: TEMPORAL_ADDRESS, namespace: TEMPORAL_NAMESPACE },
  workflowBundle: { codePath: WORKFLOW_BUNDLE },
  variables: { ALERT_URL },
  lookEveryMs: Number(LOOK_EVERY_MS),
});
process.stdout.write('it runs\n');
