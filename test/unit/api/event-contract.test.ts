import { describeEventContract } from '../../contract/event-contract.ts';
import { startMemoryApp } from './memory-app.ts';

describeEventContract({ start: async () => startMemoryApp() });
