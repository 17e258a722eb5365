import type { RunLog } from '../activities/run/run-log.ts';
import type { Logger } from '../config/logger.ts';
import type { HandlerLog } from '../domain/define-event.ts';

/** The service's log, as attempts are told of there. */
export function toRunLog(logger: Logger): RunLog {
  return { ...toHandlerLog(logger), hasStacks: logger.isLevelEnabled('debug') };
}

/** The service's log, as those who know nothing of its kind write to it. */
export function toHandlerLog(logger: Logger): HandlerLog {
  const write = (level: keyof HandlerLog) => (message: string, fields?: Record<string, unknown>) => logger[level](fields ?? {}, message);
  return { info: write('info'), warn: write('warn'), error: write('error') };
}
