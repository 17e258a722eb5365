import { runHost } from '../../worker/run-host.ts';
import { plantedDefinitions } from './planted-definitions.ts';

runHost(plantedDefinitions);
