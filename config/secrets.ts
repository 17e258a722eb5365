// What of the engine's client is one, by the SDK's names.
const OF_CLIENT = /^TEMPORAL_(API_KEY|TLS_CLIENT_KEY_(DATA|PATH)|GRPC_META_.*)$/;
const OURS: ReadonlySet<string> = new Set(['API_KEYS', 'WEBHOOK_SECRETS', 'ALERT_URL']);

/** Whether a variable of the service is never shown, and is none of handlers' business. */
export function isSecret(name: string): boolean {
  return OURS.has(name) || OF_CLIENT.test(name);
}
