import type { ReactNode } from 'react';
import type { EventResource } from '../../../domain/event-resource.ts';
import { JsonView } from '../../elements/json-view.tsx';
import { Status } from '../../elements/status.tsx';

/** Where each handler of the event stands, and what came of it. */
export function HandlerTable({ handlers }: Pick<EventResource, 'handlers'>): ReactNode {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Handler</th>
          <th scope="col">Status</th>
          <th scope="col" className="number">
            Attempts
          </th>
          <th scope="col">Result or error</th>
        </tr>
      </thead>
      <tbody>
        {Object.entries(handlers).map(([name, { status, attempts, result, error }]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>
              <Status status={status} />
            </td>
            <td className="number">{attempts}</td>
            <td>{(error ?? result) === null ? '–' : <JsonView value={error ?? result} label={`what came of ${name}`} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
