import type { DeliveryInput } from '../domain/delivery-input.ts';

const AT_ONCE = 50;
const CHARACTERS = 256 * 1024;

/** As many messages as one activity takes; at least one. */
export function firstOf<Message extends Pick<DeliveryInput, 'message'>>(messages: readonly Message[]): readonly Message[] {
  let count = Math.min(messages.length, AT_ONCE);
  while (count > 1 && charactersOf(messages.slice(0, count)) > CHARACTERS) count = Math.ceil(count / 2);
  return messages.slice(0, count);
}

function charactersOf(messages: readonly Pick<DeliveryInput, 'message'>[]): number {
  return messages.reduce((sum, { message }) => sum + JSON.stringify(message).length, 0);
}
