const USER_INFO = /(:\/\/)[^\s/?#"'<>]*@/g;
const QUERY = /(:\/\/[^\s?#"'<>]*)[?#][^\s"'<>]*/g;

/**
 * A text whose URLs have neither user information nor a query or a fragment, which is where passwords and keys are.
 * @param text of some thousand characters at most: the time that a hostile one takes grows with the square of them
 */
export function withoutUrlSecrets(text: string): string {
  return text.includes('://') ? text.replace(USER_INFO, '$1').replace(QUERY, '$1?…') : text;
}
