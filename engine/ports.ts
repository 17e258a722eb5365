import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { HOST } from './address.ts';
import type { ServerPorts } from './server-arguments.ts';

/** The preferred ports where they are free, others where not. */
export async function choosePorts(preferred: ServerPorts): Promise<ServerPorts> {
  const server = (await isPortFree(preferred.server)) ? preferred.server : await findFreePort();
  const isUiFree = preferred.ui !== server && (await isPortFree(preferred.ui));
  return { server, ui: isUiFree ? preferred.ui : await findFreePort() };
}

/**
 * A port that the system gives to nobody else for a while: it is left in TIME_WAIT, by a connection that is closed from the
 * listening side first. The CLI, which picks its own inner ports in the same way right after, would otherwise be given it.
 */
export async function findFreePort(): Promise<number> {
  const listener = createServer((socket) => socket.end());
  listener.listen(0, HOST);
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP listener has no port');
  const client = connect(address.port, HOST);
  client.resume();
  await once(client, 'close');
  listener.close();
  await once(listener, 'close');
  return address.port;
}

async function isPortFree(port: number): Promise<boolean> {
  const listener = createServer();
  try {
    listener.listen(port, HOST);
    await once(listener, 'listening');
  } catch {
    return false;
  }
  listener.close();
  await once(listener, 'close');
  return port !== 0;
}
