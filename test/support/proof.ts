/** The size of a proof: reduced under `npm test`, full under `npm run proof`. */
export function proof<Size>({ reduced, full }: { readonly reduced: Size; readonly full: Size }): Size {
  return process.env['PROOF'] === 'full' ? full : reduced;
}
