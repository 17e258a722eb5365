// Loaded with `--require` in threads (prepare-threads.ts) before everything else, since those that run workflows have no other way in.
// CommonJS and no imports of ours: it is read by plain Node, in a source tree and in an installed package alike.
const { isMainThread } = require('node:worker_threads');

if (!isMainThread) {
  // What runs there is JavaScript and the workflow bundle, whose map the SDK reads itself; with them on, Node looks for a
  // map after each of the many functions that the SDK compiles per promise.
  process.setSourceMapsEnabled(false);
  if (process.env['TICKLESS_FAST_SANDBOX'] === '1') lightenSandbox();
}

/**
 * Takes out what costs the SDK's sandbox most (1.24; bench/report.md has both modes): a watchdog thread for each of some
 * thirty calls per event, and a stack trace for each promise. The price: a workflow that loops for ever isn't cut off after
 * 5 s, and the stack-trace query is empty. Our workflows have no loop that could; handlers don't run in the sandbox.
 */
function lightenSandbox() {
  const vm = require('node:vm');
  const v8 = require('node:v8');
  const { runInContext } = vm.Script.prototype;
  vm.Script.prototype.runInContext = function withoutTimeout(context, options) {
    return runInContext.call(this, context, options && { ...options, timeout: undefined });
  };
  const { createHook } = v8.promiseHooks;
  v8.promiseHooks.createHook = function unlessForStackTraces(...args) {
    // Others need theirs: AsyncLocalStorage for one. The SDK takes this as a Node that has no such hooks, and goes on.
    if (new Error('who asks').stack?.includes('vm-shared')) throw new Error('promise hooks are off (TICKLESS_FAST_SANDBOX)');
    return createHook.apply(this, args);
  };
}
