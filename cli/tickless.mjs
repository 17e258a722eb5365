#!/usr/bin/env node
// The command, in a clone and as installed: only a clone has sources.
import { existsSync } from 'node:fs';
import { requireNode } from './require-node.mjs';

requireNode();
if (existsSync(new URL('main.ts', import.meta.url))) {
  const { importSource } = await import('../dev/import-source.mjs');
  await importSource('cli/main.ts');
} else {
  await import('../dist/cli/main.js');
}
