import { definitionsOf } from '../../project/define-config.ts';
import config from '../../tickless.config.ts';

/** The event types that this service ships. */
export const ownDefinitions = definitionsOf(config);
