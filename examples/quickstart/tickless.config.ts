import { defineConfig } from 'tickless';
import { events } from './events/index.ts';

export default defineConfig({ events });
