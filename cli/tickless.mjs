#!/usr/bin/env node
// The command in a clone.
import { importSource } from '../dev/import-source.mjs';

await importSource('cli/main.ts');
