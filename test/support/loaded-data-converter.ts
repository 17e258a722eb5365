import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow/index.js';

/** What a client has that was told nothing of how data are written. */
export const loadedDataConverter = loadDataConverter();
