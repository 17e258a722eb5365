import type { ReactNode } from 'react';
import type { AcceptedAnswer } from '../../../client/event-request.ts';
import type { EventResource } from '../../../domain/event-resource.ts';
import { EventLink } from '../../elements/event-link.tsx';
import { JsonView } from '../../elements/json-view.tsx';
import { Status } from '../../elements/status.tsx';

/** What the service has answered to an event. */
export function Answer({ answer }: { readonly answer: AcceptedAnswer | EventResource }): ReactNode {
  const hasJoined = 'joined' in answer && answer.joined;
  return (
    <div role="status">
      <p>
        <EventLink id={answer.id} /> <Status status={answer.status} />
        {hasJoined && ' There was such an event already: nothing new began.'}
      </p>
      {'result' in answer && answer.result !== null && <JsonView value={answer.result} label="the results" />}
      {'error' in answer && answer.error !== null && <JsonView value={answer.error} label="the error" />}
    </div>
  );
}
