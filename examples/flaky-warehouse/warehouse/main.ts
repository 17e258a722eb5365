import { createWarehouse } from './create-warehouse.ts';

const port = Number(process.env.WAREHOUSE_PORT ?? 4100);
createWarehouse({ countMs: 500 }).listen(port, '127.0.0.1', () => console.log(`The warehouse is open at http://127.0.0.1:${port}.`));
