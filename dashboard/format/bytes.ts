import { formatNumber } from './count.ts';

export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${formatNumber(bytes / 1_000)} KB` : `${formatNumber(bytes / 1_000_000)} MB`;
}
