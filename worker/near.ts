/**
 * Whether what is sent to the address stays on this machine, where compressing it costs more than it saves: a loopback, or a name
 * without a dot, by which containers of one network call each other.
 */
export function isNear(address: string): boolean {
  return /^(127\.|\[::1\])/.test(address) || /^[^.:]+(:\d+)?$/.test(address);
}
