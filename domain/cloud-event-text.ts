// What a String may not have (CloudEvents 1.0.2, section 3.1): control characters, halves of pairs, and what is no character.
const UNFIT = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u;

/** Whether a text is a String of CloudEvents, which may be empty. */
export function isWellFormed(text: string): boolean {
  return !UNFIT.test(text);
}

/** What is wrong with an attribute that is a text; null where nothing is. */
export function faultOfText(value: unknown, maxCharacters = Number.POSITIVE_INFINITY): string | null {
  if (typeof value !== 'string' || value === '') return 'it is a text that is not empty';
  if (!isWellFormed(value)) return 'it has a control character, or half of one that takes two';
  return value.length > maxCharacters ? `it has more than ${maxCharacters} characters` : null;
}
