import { Hono } from 'hono';
import { bearerAuth } from 'hono/bearer-auth';
import { bodyLimit } from 'hono/body-limit';
import type { Receiver } from './create-receiver.ts';

const MAX_BODY_BYTES = 1024 * 1024;

/**
 * The receiver as an HTTP service: `/control/…` is for the service that `tickless dev` runs, which has the token; all else that is
 * POSTed is a callback.
 */
export function createToolsApp(receiver: Receiver, { token, url }: { readonly token: string; readonly url: () => string }): Hono {
  const app = new Hono();
  app.use('/control/*', bearerAuth({ token }));
  app.get('/control', (context) => context.json({ receiverUrl: url(), ...receiver.list() }));
  app.get('/control/callbacks/:number', (context) => {
    const callback = receiver.get(Number(context.req.param('number')));
    return callback === undefined ? context.notFound() : context.json(callback);
  });
  app.put('/control/secrets', async (context) => {
    receiver.trust(await context.req.json<readonly string[]>());
    return context.body(null, 204);
  });
  app.put('/control/failing', (context) => {
    receiver.setFailing(true);
    return context.body(null, 204);
  });
  app.delete('/control/failing', (context) => {
    receiver.setFailing(false);
    return context.body(null, 204);
  });
  app.all('/control/*', (context) => context.notFound());
  app.post('/*', bodyLimit({ maxSize: MAX_BODY_BYTES }), async (context) => {
    const body = new Uint8Array(await context.req.arrayBuffer());
    return context.body(null, await receiver.receive(context.req.header(), body));
  });
  return app;
}
