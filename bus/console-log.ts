import type { HandlerLog } from '../domain/define-event.ts';

/** Log lines where nobody says where they go. */
export const consoleLog: HandlerLog = {
  info: (message, fields) => console.info(message, fields),
  warn: (message, fields) => console.warn(message, fields),
  error: (message, fields) => console.error(message, fields),
};
