import { Dispatcher } from 'undici';
import { describe, expect, it } from 'vitest';
import { exchange } from '../../../activities/callbacks/exchange.ts';

type Script = (handler: Required<Dispatcher.DispatchHandler>, controller: Dispatcher.DispatchController) => void;

/** Plays undici's part, so that single bytes can be counted. */
class ScriptedDispatcher extends Dispatcher {
  readonly aborted: string[] = [];
  readonly script: Script;

  constructor(script: Script) {
    super();
    this.script = script;
  }

  override dispatch(_options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const abort = (reason: Error) => {
      this.aborted.push(reason.message);
      handler.onResponseError?.(controller, reason);
    };
    const controller = { aborted: false, paused: false, reason: null, abort, pause: () => {}, resume: () => {} };
    this.script(handler as Required<Dispatcher.DispatchHandler>, controller);
    return true;
  }
}

describe('exchange', () => {
  const post = (agent: Dispatcher, signal?: AbortSignal) =>
    exchange({ agent, url: new URL('http://a.test/hook?x=1'), headers: {}, body: Buffer.from('{}'), timeoutMs: 60_000, signal });
  const kilobytes = (count: number) => Buffer.alloc(count * 1024, 'x');

  it('reads an answer of 64 KB to its end', async () => {
    const agent = new ScriptedDispatcher((handler, controller) => {
      handler.onRequestStart(controller, {});
      handler.onResponseStart(controller, 200, {});
      for (let count = 0; count < 4; count += 1) handler.onResponseData(controller, kilobytes(16));
      handler.onResponseEnd(controller, {});
    });
    expect(await post(agent)).toEqual({ kind: 'answered', status: 200, retryAfter: undefined, head: kilobytes(1) });
    expect(agent.aborted).toEqual([]);
  });

  it('breaks off at the first byte beyond', async () => {
    const agent = new ScriptedDispatcher((handler, controller) => {
      handler.onRequestStart(controller, {});
      handler.onResponseStart(controller, 500, {});
      for (let count = 0; count < 4; count += 1) handler.onResponseData(controller, kilobytes(16));
      handler.onResponseData(controller, Buffer.from('x'));
    });
    expect(await post(agent)).toMatchObject({ kind: 'answered', status: 500 });
    expect(agent.aborted).toHaveLength(1);
  });

  it('takes the first of several Retry-After headers', async () => {
    const agent = new ScriptedDispatcher((handler, controller) => {
      handler.onRequestStart(controller, {});
      handler.onResponseStart(controller, 503, { 'retry-after': ['5', '7'] });
      handler.onResponseEnd(controller, {});
    });
    expect(await post(agent)).toMatchObject({ status: 503, retryAfter: '5' });
  });

  it('does not take an informational answer for the answer', async () => {
    const agent = new ScriptedDispatcher((handler, controller) => {
      handler.onRequestStart(controller, {});
      handler.onResponseStart(controller, 103, {});
      handler.onResponseStart(controller, 204, {});
      handler.onResponseEnd(controller, {});
    });
    expect(await post(agent)).toMatchObject({ kind: 'answered', status: 204 });
  });

  it('ends when its caller does, even while there is no connection, and then sends nothing', async () => {
    const leaving = new AbortController();
    let start = (): void => {};
    const agent = new ScriptedDispatcher((handler, controller) => {
      start = () => handler.onRequestStart(controller, {});
    });
    const outcome = post(agent, leaving.signal);
    leaving.abort();
    expect(await outcome).toEqual({ kind: 'failed', code: 'aborted' });
    expect(start).toThrow('the attempt ended before it had a connection');
  });

  describe('of a connection that is reset', () => {
    const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' });

    /** Resets so many connections, before or after the request is begun, and then answers. */
    function resetting(times: number, isBegun: boolean) {
      let dispatched = 0;
      const agent = new ScriptedDispatcher((handler, controller) => {
        dispatched += 1;
        if (isBegun || dispatched > times) handler.onRequestStart(controller, {});
        if (dispatched <= times) {
          handler.onResponseError(controller, reset);
          return;
        }
        handler.onResponseStart(controller, 200, {});
        handler.onResponseEnd(controller, {});
      });
      return { agent, count: () => dispatched };
    }

    it('takes another one, if nothing was written to it', async () => {
      const { agent, count } = resetting(1, false);
      expect(await post(agent)).toMatchObject({ kind: 'answered', status: 200 });
      expect(count()).toBe(2);
    });

    it('takes another one only once', async () => {
      const { agent, count } = resetting(2, false);
      expect(await post(agent)).toEqual({ kind: 'failed', code: 'reset' });
      expect(count()).toBe(2);
    });

    it('has failed, if something was', async () => {
      const { agent, count } = resetting(1, true);
      expect(await post(agent)).toEqual({ kind: 'failed', code: 'reset' });
      expect(count()).toBe(1);
    });
  });

  it('keeps the status when the rest of the answer is lost', async () => {
    const agent = new ScriptedDispatcher((handler, controller) => {
      handler.onRequestStart(controller, {});
      handler.onResponseStart(controller, 200, {});
      handler.onResponseError(controller, Object.assign(new Error('lost'), { code: 'ECONNRESET' }));
    });
    expect(await post(agent)).toMatchObject({ kind: 'answered', status: 200 });
  });
});
