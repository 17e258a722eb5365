export type EngineErrorCode =
  | 'data_damaged'
  | 'data_directory_in_use'
  | 'data_version'
  | 'engine_not_found'
  | 'engine_start_failed'
  | 'engine_unreachable'
  | 'engine_version'
  | 'namespace_not_found'
  | 'search_attribute_type';

/** An expected reason why there is no engine to work with; its message is written for the person who started the service. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: EngineErrorCode;

  constructor(code: EngineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
