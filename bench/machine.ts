import { arch, cpus, platform, totalmem } from 'node:os';
import { PINNED_VERSION } from '../engine/version.ts';

/** What figures are measured on: a sentence and a half for the head of a page. */
export function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown';
  return `${cpus().length} cores (${model}, ${platform()} ${arch()}, ${Math.round(totalmem() / 2 ** 30)} GiB) for everything: clients, receivers, service and its
embedded engine. Node ${process.version}, Temporal CLI ${PINNED_VERSION.cli} on SQLite, WAL, \`ENGINE_SYNC=${process.env['ENGINE_SYNC'] ?? 'full'}\`, ${new Date().toISOString().slice(0, 10)}.`;
}
