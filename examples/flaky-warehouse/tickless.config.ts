import { defineConfig } from 'tickless';
import { events } from './events/index.ts';
import { connect } from './warehouse/client.ts';
import type { Warehouse } from './warehouse/client.ts';

declare module 'tickless' {
  interface Services {
    readonly warehouse: Warehouse;
  }
}

export default defineConfig({
  events,
  // Once in each process for handlers.
  services: () => {
    const warehouse = connect(process.env.WAREHOUSE_URL ?? 'http://127.0.0.1:4100');
    return { warehouse, dispose: () => warehouse.close() };
  },
});
