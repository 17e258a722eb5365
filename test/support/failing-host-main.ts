import { serveHost } from '../../handlers/hosts/serve-host.ts';

// A host whose composition fails.
serveHost(() => {
  throw new Error('this host is made to fail');
});
