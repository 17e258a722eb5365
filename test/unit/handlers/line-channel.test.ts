import { duplexPair } from './duplex-pair.ts';
import { expect, it, vi } from 'vitest';
import { openLineChannel } from '../../../handlers/hosts/line-channel.ts';

it('carries messages of any size and text, in order, and in pieces', async () => {
  const [one, other] = duplexPair();
  const received: unknown[] = [];
  const channel = openLineChannel<unknown, unknown>(one, { onMessage: () => undefined, onClosed: () => undefined });
  openLineChannel<unknown, unknown>(other, { onMessage: (message) => received.push(message), onClosed: () => undefined });
  const messages = [{ text: 'a\nb – ü \u{1F600}' }, { long: 'ä'.repeat(300_000) }, 1, null];

  for (const message of messages) channel.send(message);

  await vi.waitFor(() => expect(received).toEqual(messages));
});

it('is closed when it hears what is no message, and says so once', async () => {
  const [one, other] = duplexPair();
  const onClosed = vi.fn();
  const onMessage = vi.fn();
  const channel = openLineChannel<unknown, unknown>(one, { onMessage, onClosed });

  other.write('1\nno json\n2\n');
  await vi.waitFor(() => expect(onClosed).toHaveBeenCalled());
  channel.send('too late');

  expect(onMessage.mock.calls).toEqual([[1]]);
  expect(onClosed).toHaveBeenCalledOnce();
});

it('is closed when the other end is gone', async () => {
  const [one, other] = duplexPair();
  const onClosed = vi.fn();
  openLineChannel<unknown, unknown>(one, { onMessage: () => undefined, onClosed });

  other.destroy();

  await vi.waitFor(() => expect(onClosed).toHaveBeenCalledOnce());
});

it('is closed when a message can’t be taken, and says why', async () => {
  const [one, other] = duplexPair();
  const onClosed = vi.fn();
  const failed = new Error('failed');
  const onMessage = (): never => {
    throw failed;
  };
  openLineChannel<unknown, unknown>(one, { onMessage, onClosed });

  other.write('1\n2\n');

  await vi.waitFor(() => expect(onClosed.mock.calls).toEqual([[failed]]));
});
