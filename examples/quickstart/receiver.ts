import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { verifyWebhook } from 'tickless/webhook';

/** The status to answer with; whatever isn't 2xx is sent again later. */
async function receive(request: IncomingMessage): Promise<number> {
  // The bytes as they came: parsed and written anew they have another signature.
  const body = await text(request);
  const verification = await verifyWebhook({ secrets: await secrets(), headers: request.headers, body });
  if (!verification.ok) {
    console.error('refused:', verification.reason);
    return 401;
  }
  const { type, data } = JSON.parse(body);
  // The same message may come twice, under one id: a real receiver skips what it has seen.
  console.log(type, data.id, verification.id);
  return 204;
}

/** The service makes a secret at its first start, unless both of you are given WEBHOOK_SECRETS. */
async function secrets(): Promise<string[]> {
  const text = process.env.WEBHOOK_SECRETS ?? (await readFile('.tickless/webhook-secret', 'utf8'));
  return text.trim().split(',');
}

const server = createServer((request, response) => {
  void receive(request)
    .catch(() => 500)
    .then((status) => response.writeHead(status).end());
});
server.listen(Number(process.env.RECEIVER_PORT ?? 4000), '127.0.0.1');
