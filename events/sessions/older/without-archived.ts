import type { Shelf } from 'tickless/server';

interface Listed {
  readonly id: string;
  readonly completedAt: string | null;
}

/** A page of a list without what the archive has; what runs again stays. */
export async function withoutArchived<Resource extends Listed>(
  shelf: Pick<Shelf<Resource>, 'among'>,
  tenant: string,
  resources: readonly Resource[],
): Promise<readonly Resource[]> {
  const ended = resources.filter(({ completedAt }) => completedAt !== null);
  const archived = await shelf.among(
    tenant,
    ended.map(({ id }) => id),
  );
  return resources.filter(({ id }) => !archived.has(id));
}
