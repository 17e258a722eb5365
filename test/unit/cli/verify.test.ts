import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signWebhook } from '../../../activities/callbacks/sign-webhook.ts';
import { parseHeaders } from '../../../cli/parse-headers.ts';
import { parseSecret } from '../../../domain/webhook-signature.ts';
import { callCli } from './call-cli.ts';

const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`;
const [secret, foreign] = [newSecret(), newSecret()];
const body = '{"type":"event.completed"}';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickless-verify-'));
  await writeFile(join(folder, 'webhook-secret'), `${secret}\n`);
  await writeFile(join(folder, 'body'), body);
  await writeFile(join(folder, 'headers'), `POST /hook HTTP/1.1\r\n${headersOf(0).join('\r\n')}\r\n`);
  await writeFile(join(folder, 'headers.json'), JSON.stringify(parseHeaders(headersOf(0).join('\n'))));
  await writeFile(join(folder, 'broken.json'), '{');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function headersOf(ageSeconds: number): readonly string[] {
  const timestampSeconds = Math.floor(Date.now() / 1_000) - ageSeconds;
  const signature = signWebhook({ secrets: [parseSecret(secret)], id: 'evt_1', timestampSeconds, body });
  return ['Webhook-Id: evt_1', `Webhook-Timestamp: ${timestampSeconds}`, `webhook-signature: ${signature}`];
}

const file = (name: string): string => join(folder, name);

it.each([
  ['flags and standard input', () => ['--header', ...headersOf(0), '--secret', foreign, secret], {}],
  ['files and the environment', () => ['--headers', file('headers'), '--body', file('body')], { WEBHOOK_SECRETS: `${foreign}, ${secret}` }],
  ['headers as JSON and the secret of a local service', () => ['--headers', file('headers.json')], () => ({ TICKLESS_DATA: folder })],
])('finds a delivery valid, from %s', async (_what, parameters, environment) => {
  const variables = typeof environment === 'function' ? environment() : environment;
  expect(await callCli(['verify', ...parameters()], { stdin: body, environment: variables })).toEqual({
    exitCode: 0,
    out: 'valid: evt_1\n',
    err: '',
  });
});

it.each([
  ['it is too old', () => headersOf(400), secret, body, 'the signature is right, but the timestamp is 40'],
  ['another secret signed it', () => headersOf(0), foreign, body, 'another secret signed it, or the body'],
  ['the body was changed', () => headersOf(0), secret, body.replace('completed', 'failed'), 'another secret signed it, or the body'],
  ['the body was written anew', () => headersOf(0), secret, `${body}\n`, 'parsed and written anew'],
  ['a header is missing', () => headersOf(0).slice(1), secret, body, 'there is no webhook-id header'],
])('says that %s', async (_what, headers, by, stdin, reason) => {
  const result = await callCli(['verify', '--secret', by, '--header', ...headers()], { stdin });
  expect(result).toEqual({ exitCode: 1, out: expect.stringContaining(reason), err: '' });
});

it('takes an old one when told to', async () => {
  const { exitCode } = await callCli(['verify', '--tolerance', '1000', '--secret', secret, '--header', ...headersOf(400)], { stdin: body });
  expect(exitCode).toBe(0);
});

it('tells machines what the fault is', async () => {
  const { out } = await callCli(['verify', '--json', '--secret', foreign, '--header', ...headersOf(0)], { stdin: body });
  expect(JSON.parse(out)).toMatchObject({ ok: false, fault: 'no_signature_matches' });
});

it.each([
  ['no secret', () => ['--header', ...headersOf(0)], 'give the secret by'],
  ['a malformed secret', () => ['--secret', 'whsec_x', '--header', ...headersOf(0)], '24 to 64 bytes'],
  ['both on standard input', () => ['--headers', '-'], 'cannot both come'],
  ['no such file', () => ['--headers', file('nothing')], 'no such file'],
  ['headers that are broken JSON', () => ['--headers', file('broken.json'), '--secret', secret], 'no JSON object'],
])('ends with 2 when it is given %s', async (_what, parameters, message) => {
  const result = await callCli(['verify', ...parameters()], { stdin: body, environment: { TICKLESS_DATA: file('nothing') } });
  expect(result).toEqual({ exitCode: 2, out: '', err: expect.stringContaining(message) });
});

it('reads headers as curl -v shows them', () => {
  expect(parseHeaders('< HTTP/1.1 200 OK\n< Webhook-Id: a:b\n> X: y\n\n')).toEqual({ 'webhook-id': 'a:b', x: 'y' });
});
