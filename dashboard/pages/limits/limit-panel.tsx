import type { ReactNode } from 'react';
import type { LimitResource } from '../../../domain/limit-resource.ts';
import { EventLink } from '../../elements/event-link.tsx';
import { Moment } from '../../elements/moment.tsx';
import { Panel } from '../../elements/panel.tsx';
import { formatCount } from '../../format/count.ts';
import { CapacityForm } from './capacity-form.tsx';

/** One limit: who holds its permits, and who waits for them in which order. */
export function LimitPanel({ limit }: { readonly limit: LimitResource }): ReactNode {
  const { key, capacity, reserved, holders, otherHolders, waiters, otherWaiters, waiting } = limit;
  const kept = Object.entries(reserved).map(([tier, count]) => `${count} for ${tier}`);
  return (
    <Panel title={key}>
      <p>
        {holders.length + otherHolders} of {formatCount(capacity, 'permit')} {holders.length + otherHolders === 1 ? 'is' : 'are'} held;{' '}
        {formatCount(waiting, 'event')} {waiting === 1 ? 'waits' : 'wait'}.{kept.length > 0 && ` Reserved: ${kept.join(', ')}.`}
      </p>
      <div className="columns">
        <div>
          <h3>Who holds them</h3>
          <ul>
            {holders.map(({ event, since }) => (
              <li key={event}>
                <EventLink id={event} /> since <Moment at={since} />
              </li>
            ))}
            {otherHolders > 0 && <li>{formatCount(otherHolders, 'event')} of other tenants</li>}
            {holders.length + otherHolders === 0 && <li>nobody</li>}
          </ul>
        </div>
        <div>
          <h3>Who waits</h3>
          <ol>
            {waiters.map(({ event, tier, position, since }) => (
              <li key={event} value={position}>
                <EventLink id={event} /> {tier}, since <Moment at={since} />
              </li>
            ))}
          </ol>
          {otherWaiters > 0 && <p>{formatCount(otherWaiters, 'event')} of other tenants</p>}
          {waiting > waiters.length + otherWaiters && <p>and more</p>}
        </div>
        <div>
          <h3>How many may be at work at once</h3>
          <CapacityForm limit={limit} />
        </div>
      </div>
    </Panel>
  );
}
