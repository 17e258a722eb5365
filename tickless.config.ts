import { defineConfig } from 'tickless';
import { life } from './events/life/index.ts';
import { orderPlaced } from './events/order-placed.ts';
import { sessions } from './events/sessions/index.ts';

/** What this service runs: a type of your own is a file in `events/`, and an entry here. */
export default defineConfig({ events: [orderPlaced], plugins: [sessions(), life()] });
