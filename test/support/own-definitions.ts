import { definitionsOf } from '../../project/check-config.ts';
import config from '../../tickless.config.ts';

/** The event types that this service ships. */
export const ownDefinitions = definitionsOf(config);
