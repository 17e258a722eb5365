/** A handler uses what its test doesn't give: a mistake of the test, and no failure of the handler. */
export class NotGivenError extends Error {
  override readonly name = 'NotGivenError';
}
