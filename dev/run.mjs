// `node dev/run.mjs api/main.ts`: a process of the service from its sources, without an installation or an `.env` file.
import { importSource } from './import-source.mjs';

const [, , entry] = process.argv;
if (entry === undefined) throw new Error('which program? node dev/run.mjs api/main.ts');

await importSource(entry, { packages: ['@temporalio/worker'] });
