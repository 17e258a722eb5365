import { createClient } from '../../client/create-client.ts';
import type { Readiness } from './readiness.ts';
import { keyState, noteRefusal } from './key.ts';

/** Where the page is, and the service with it; without a slash at the end. */
export const serviceUrl = new URL('.', document.baseURI).href.replace(/\/$/, '');

/** Asks with the tab's key as it is at that moment. */
export async function fetchWithKey(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const { key } = keyState.get();
  const headers = new Headers(init?.headers);
  if (key !== null) headers.set('authorization', `Bearer ${key}`);
  const response = await fetch(input, { ...init, headers });
  if (response.status === 401) noteRefusal(key);
  return response;
}

/** The one client of the page. */
export const client = createClient({ url: serviceUrl, fetch: fetchWithKey });

/** Whether events can be accepted; also what the service says when they can't. */
export async function readReadiness(): Promise<Readiness> {
  return (await (await fetch(`${serviceUrl}/readyz?verbose`)).json()) as Readiness;
}

/** An event of each type that somebody may send, as the service's own description shows it. */
export async function readExamples(): Promise<Readonly<Record<string, unknown>>> {
  const described = (await (await fetch(`${serviceUrl}/openapi.json`)).json()) as DescribedApi;
  const examples = described.paths?.['/v1/events']?.post?.requestBody?.content?.['application/json']?.examples ?? {};
  return Object.fromEntries(Object.values(examples).map(({ value }) => [value.type, value.data]));
}

interface DescribedApi {
  readonly paths?: {
    readonly '/v1/events'?: {
      readonly post?: {
        readonly requestBody?: {
          readonly content?: {
            readonly 'application/json'?: {
              readonly examples?: Readonly<Record<string, { readonly value: { readonly type: string; readonly data: unknown } }>>;
            };
          };
        };
      };
    };
  };
}
