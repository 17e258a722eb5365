import { describe, expect, it } from 'vitest';
import { limitEnvelope } from '../../../activities/callbacks/limit-envelope.ts';

describe('limitEnvelope', () => {
  const envelope = (data: object) => ({ type: 'event.completed', timestamp: '2026-01-01T00:00:00.000Z', data });
  const large = 'x'.repeat(256 * 1024);

  it('leaves a small envelope as it is', () => {
    const small = envelope({ id: 'a', data: { x: 1 }, result: null });
    expect(limitEnvelope(small)).toEqual({ envelope: small, body: JSON.stringify(small) });
  });

  it('leaves out data first', () => {
    const limited = limitEnvelope(envelope({ id: 'a', data: large, result: { y: 2 } }));
    expect(limited.envelope).toEqual(envelope({ id: 'a', result: { y: 2 }, omitted: ['data'] }));
    expect(JSON.parse(limited.body)).toEqual(limited.envelope);
  });

  it('leaves out result as well when that is not enough', () => {
    const limited = limitEnvelope(envelope({ id: 'a', data: { x: 1 }, result: large }));
    expect(limited.envelope).toEqual(envelope({ id: 'a', omitted: ['data', 'result'] }));
  });

  it('names only what was there', () => {
    expect(limitEnvelope(envelope({ id: 'a', result: large })).envelope.data).toEqual({ id: 'a', omitted: ['result'] });
  });

  it('sends what has neither whatever its size', () => {
    const batch = envelope({ id: 'b', failures: large });
    expect(limitEnvelope(batch)).toEqual({ envelope: batch, body: JSON.stringify(batch) });
  });

  it('counts bytes, not characters, and takes exactly the limit', () => {
    const euros = envelope({ data: '€'.repeat(100) });
    const bytes = Buffer.byteLength(JSON.stringify(euros));
    expect(limitEnvelope(euros, { maxBytes: bytes }).envelope).toBe(euros);
    expect(limitEnvelope(euros, { maxBytes: bytes - 1 }).envelope.data).toEqual({ omitted: ['data'] });
  });
});
