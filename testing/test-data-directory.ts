import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where handlers may keep files in a test that says nothing of it: not among those of a service. Nobody makes it before they do. */
export const TEST_DATA_DIRECTORY = join(tmpdir(), `tickless-test-${process.pid}`);
