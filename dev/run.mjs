// `node dev/run.mjs api/main.ts`: a process of the service from its sources, without an installation or an `.env` file.
import { importSource } from './import-source.mjs';

await importSource(process.argv[2], { packages: ['@temporalio/worker'] });
