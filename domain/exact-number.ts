const ZERO = /^-?[0.]+(?:[eE]|$)/;
const INTEGER = /^-?\d+(?:\.0+)?$/;

/**
 * What is wrong with a number of a JSON text that a double can't hold; null where nothing is. An integer is to be kept as it is
 * written, so that it ends where JavaScript's integers do (RFC 8259, section 6). A fraction, or what has an exponent, stands for
 * the double that is nearest, unless that is nothing or without end.
 */
export function faultOfNumber(text: string): string | null {
  const value = Number(text);
  if (!Number.isFinite(value)) return 'the number is too large';
  if (value === 0 && !ZERO.test(text)) return 'the number is so small that it would become 0';
  if (INTEGER.test(text) && !Number.isSafeInteger(value)) {
    return `the integer would not be kept exactly: its size is at most ${Number.MAX_SAFE_INTEGER}; send it as a text`;
  }
  return null;
}
