import { tmpdir } from 'node:os';
import type { HandlerServices } from '../../domain/handler-services.ts';

/** For handlers that need nothing of the service. */
export const noServices: HandlerServices = {
  fetch: () => Promise.reject(new Error('nothing is fetched here')),
  dataDirectory: tmpdir(),
  services: { sessions: { filesQuotaBytes: null, languageModel: null, transcriber: null } },
};
