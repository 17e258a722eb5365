/** Loopback only: the development server asks nobody who he is. */
export const HOST = '127.0.0.1';

export function addressOf(port: number): string {
  return `${HOST}:${port}`;
}
