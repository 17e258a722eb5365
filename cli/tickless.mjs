#!/usr/bin/env node
// The command in a clone, whose TypeScript is compiled as it is read.
import { register } from 'tsx/esm/api';

register();
await import('./main.ts');
