import { createTransport, readJson } from '../../client/transport.ts';
import type { DevCallbackContent, DevResource } from '../../domain/dev-resource.ts';
import { fetchWithKey, serviceUrl } from './client.ts';

/** Whether `tickless dev` runs the service: nothing else has what is asked here. */
export const hasDev = document.querySelector('meta[name="tickless-dev"]') !== null;

const send = createTransport({ url: serviceUrl, fetch: fetchWithKey });

export const dev = {
  read: async (): Promise<DevResource> => readJson(await send('/dev')),
  callback: async (number: number): Promise<DevCallbackContent> => readJson(await send(`/dev/callbacks/${number}`)),
  setFailing: (isFailing: boolean) => send('/dev/failing', { method: isFailing ? 'PUT' : 'DELETE' }),
  kill: async (): Promise<{ readonly at: string }> => readJson(await send('/dev/kill', { method: 'POST' })),
};
