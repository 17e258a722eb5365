import { describeEventContract } from '../contract/event-contract.ts';
import { startTestService } from '../support/service.ts';

describeEventContract({
  // Nothing but public addresses may be called back, as in production.
  start: async () => {
    const { app, stop } = await startTestService({ CALLBACK_ALLOW: '' });
    return { request: async (path, init) => app.request(path, init), stop };
  },
});
