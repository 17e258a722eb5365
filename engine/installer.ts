export type Installation = { readonly ok: true; readonly path: string } | { readonly ok: false; readonly reason: string };

/** One way of getting the executable from outside. */
export interface Installer {
  /** What it is doing, for people. */
  readonly title: string;
  /** Puts the executable somewhere into the folder, which is new and of this call alone. */
  install(folder: string): Promise<Installation>;
}
