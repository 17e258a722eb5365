/** Why an event or one of its handlers came to nothing, by a stable code. */
export class BusError extends Error {
  override readonly name = 'BusError';
  /**
   * The bus's own: `bus_closed`, `bus_full`, `unknown_type`, `invalid_data`, `handler_skipped`. Of stages, and of handlers that
   * are tried again: `handler_failed`, `timeout`, or what the handler gave to PermanentError. Of a service: its codes.
   */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
