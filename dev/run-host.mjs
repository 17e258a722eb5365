// `node dev/run-host.mjs worker/host-main.ts`: a host from its sources. Unlike the service it needs nothing of the SDK.
import { importSource } from './import-source.mjs';

const [, , entry] = process.argv;
if (entry === undefined) throw new Error('which program? node dev/run-host.mjs worker/host-main.ts');

await importSource(entry);
