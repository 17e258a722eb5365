/** What `tickless dev` has for the service that it runs, in a process that outlives the service. */
export interface DevTools {
  /** Of its receiver. */
  readonly receiverUrl: string;
  /** With which the receiver is asked and steered, at `/control` of its address. */
  readonly token: string;
}

export interface DevControl {
  /** Asks the receiver's `/control`. */
  ask(method: string, path: string, json?: unknown): Promise<Response>;
  /** Ends the process of the service as a crash would. */
  kill(): void;
}

export function createDevControl({ receiverUrl, token }: DevTools): DevControl {
  return {
    async ask(method, path, json) {
      const headers = { authorization: `Bearer ${token}` };
      return fetch(`${receiverUrl}/control${path}`, { method, headers, ...(json !== undefined && { body: JSON.stringify(json) }) });
    },
    kill: () => process.kill(process.pid, 'SIGKILL'),
  };
}
