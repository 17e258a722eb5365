import { defineEvent } from 'tickless';
import { sessionData } from './session-data.ts';

/** A conference talk: its page, video and slides made one Markdown file. The handlers' packages are loaded at first use. */
export const session = defineEvent({
  type: 'session',
  summary: 'A conference talk: its page, and its video and slides if it has them, made one Markdown file.',
  data: sessionData,
  tier: 'normal',
  weight: 'heavy',
  retry: { maxAttempts: 4, initialDelayMs: 1_000, factor: 4, maxDelayMs: 60_000 },
  timeouts: { meaning: 60_000, decision: 10_000, action: 60 * 60_000 },

  meaning: async (event, context) => (await import('./read-page.ts')).readPage(event, context),
  decision: async (event, page, context) => (await import('./plan-steps.ts')).planSteps(event.data, page, context.services.sessions),
  action: async (event, plan, context) => (await import('./make-document.ts')).makeDocument(event, plan, context),
});
