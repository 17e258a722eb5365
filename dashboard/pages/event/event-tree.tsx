import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { EventTreeNode } from '../../../domain/event-tree.ts';
import { EventLink } from '../../elements/event-link.tsx';
import { QueryView } from '../../elements/query-view.tsx';
import { Status } from '../../elements/status.tsx';
import { queries } from '../../service/queries.ts';

/** All that has followed from the first event of the tree that this one belongs to. */
export function EventTreeView({ id }: { readonly id: string }): ReactNode {
  const tree = useQuery(queries.tree(id));
  return (
    <QueryView of={tree}>
      {({ root, truncated }) =>
        root.id === id && root.children.length === 0 ? (
          <p className="quiet">Nothing has caused it, and nothing has followed from it.</p>
        ) : (
          <>
            <ul className="tree">
              <Node node={root} here={id} />
            </ul>
            {truncated && <p className="quiet">There are more than are shown.</p>}
          </>
        )
      }
    </QueryView>
  );
}

function Node({ node: { id, type, status, children }, here }: { readonly node: EventTreeNode; readonly here: string }): ReactNode {
  return (
    <li>
      {id === here ? (
        <strong className="id" aria-current="true">
          <bdi>{id}</bdi>
        </strong>
      ) : (
        <EventLink id={id} />
      )}{' '}
      {type !== null && <bdi>{type}</bdi>} <Status status={status} />
      {children.length > 0 && (
        <ul>
          {children.map((child) => (
            <Node key={child.id} node={child} here={here} />
          ))}
        </ul>
      )}
    </li>
  );
}
