import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventResource } from '../../domain/event-resource.ts';
import { startReceiver } from '../support/receiver.ts';
import type { Receiver } from '../support/receiver.ts';
import { freePort, startServiceProcess } from '../support/service-process.ts';
import type { ServiceProcess } from '../support/service-process.ts';

/** A program in another language that has its official SDK, and how it gets that. */
interface Sdk {
  readonly tool: string;
  readonly probe: readonly string[];
  /** Makes it ready in a folder of its own, and gives the command that runs it. */
  prepare(folder: string): Promise<{ readonly program: string; readonly words: readonly string[]; readonly env?: NodeJS.ProcessEnv }>;
}

const sources = fileURLToPath(new URL('sdks/', import.meta.url));

const SDKS: Readonly<Record<string, Sdk>> = {
  Python: {
    tool: 'python3',
    probe: ['-m', 'pip', '--version'],
    prepare: async (folder) => {
      await run('python3', ['-m', 'pip', 'install', '--quiet', '--target', folder, 'cloudevents==2.2.0'], folder);
      return { program: 'python3', words: [join(sources, 'client.py')], env: { PYTHONPATH: folder } };
    },
  },
  Go: {
    tool: 'go',
    probe: ['version'],
    prepare: async (folder) => {
      await copyFile(join(sources, 'client.go'), join(folder, 'client.go'));
      await writeFile(join(folder, 'go.mod'), 'module client\n\ngo 1.23\n\nrequire github.com/cloudevents/sdk-go/v2 v2.16.2\n');
      await run('go', ['mod', 'tidy'], folder);
      await run('go', ['build', '-o', 'client', '.'], folder);
      return { program: join(folder, 'client'), words: [] };
    },
  },
};

async function run(program: string, words: readonly string[], cwd: string, input = '', env: NodeJS.ProcessEnv = {}): Promise<string> {
  const child = spawn(program, words, { cwd, env: { ...process.env, ...env } });
  child.stdin.end(input);
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  if (code !== 0) throw new Error(`${program} ${words.join(' ')} failed:\n${output}${errors}`);
  return output;
}

let folder: string;
let service: ServiceProcess;
let receiver: Receiver;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickless-sdks-'));
  receiver = await startReceiver();
  service = await startServiceProcess({ dataDirectory: join(folder, 'data'), port: await freePort() });
});
afterAll(async () => {
  service?.kill('SIGTERM');
  await service?.exited;
  await receiver?.close();
  await rm(folder, { recursive: true, force: true });
});

interface Answers {
  readonly structured: { readonly status: number; readonly body: { readonly id: string } };
  readonly binary: { readonly status: number; readonly body: { readonly id: string } };
  readonly batched: { readonly status: number; readonly body: { readonly accepted: number } };
}

for (const [name, { tool, probe, prepare }] of Object.entries(SDKS)) {
  // Said aloud among the results where the tool isn't there.
  describe.skipIf(spawnSync(tool, [...probe]).status !== 0)(`the official SDK for ${name} (needs ${tool})`, () => {
    let ask: (question: object) => Promise<unknown>;

    beforeAll(async () => {
      const own = join(folder, name);
      await mkdir(own);
      const { program, words, env } = await prepare(own);
      ask = async (question) => JSON.parse(await run(program, words, own, JSON.stringify(question), env));
    });

    it('sends an event in each of the modes, which is one, and reads its callback', async () => {
      const attributes = {
        specversion: '1.0',
        id: `é 🙂 "1" of ${name}`,
        // Of ASCII, since the SDK for Go escapes others, and does not escape that in turn where it writes a header.
        source: '/sdks',
        type: 'com.example.Order.Approved',
        datacontenttype: 'application/json',
        traceparent: '00-01',
        callbackurl: `${receiver.url}/${name}`,
        callbackformat: 'cloudevents',
      };
      const sent = (await ask({ send: { url: `${service.url}/v1/events`, attributes, data: { orderId: 'ö-1' } } })) as Answers;
      expect(sent).toMatchObject({
        structured: { status: 202, body: { joined: false } },
        binary: { status: 202, body: { id: sent.structured.body.id, joined: true } },
        batched: { status: 202, body: { total: 1, accepted: 1 } },
      });
      const { id } = sent.structured.body;
      const resource = (await (await fetch(`${service.url}/v1/events/${id}`)).json()) as EventResource;
      expect(resource).toMatchObject({
        ownId: attributes.id,
        source: attributes.source,
        data: { orderId: 'ö-1' },
        cloudEvent: { type: attributes.type, extensions: { traceparent: '00-01' } },
      });

      const ofEvent = () => receiver.requests.find((request) => request.path === `/${name}` && request.text.includes(`"subject":"${id}"`));
      await receiver.waitFor(() => ofEvent() !== undefined, 20_000);
      const { headers = {}, text: body = '' } = ofEvent() ?? {};
      expect(await ask({ read: { headers, body } })).toMatchObject({
        id: headers['webhook-id'],
        type: 'tickless.event.completed',
        subject: id,
        traceparent: '00-01',
        data: { id, ownId: attributes.id, status: 'completed' },
      });
    });
  });
}
