// Starts the reader from its TypeScript. Only our own files go that way: with pdf.js it would take 3 s and 400 MB.
import { register } from 'tsx/esm/api';

const unregister = register();
await import('./reader-process.ts');
await unregister();
