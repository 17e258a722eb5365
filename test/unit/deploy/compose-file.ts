import { parse } from 'yaml';

/** What of the Compose format our file uses. */
export interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}

export interface Service {
  image: string;
  build?: string;
  command?: string[];
  entrypoint?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[]; interval: string; timeout: string; retries: number };
  restart?: string;
  stop_grace_period?: string;
  init?: boolean;
}

export function parseCompose(text: string): Compose {
  return parse(text, { merge: true }) as Compose;
}

/** The services that do one thing and end: ours are the ones with an entry point of their own. */
export function isOneShot({ entrypoint }: Service): boolean {
  return entrypoint !== undefined;
}
