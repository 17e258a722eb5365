#!/usr/bin/env node
// A `temporal` whose server knows one request, GetSystemInfo: gRPC over HTTP/2, with the version as field 1 of the answer.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http2';

if (process.argv.includes('--version')) {
  process.stdout.write('temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)\n');
} else {
  const version = Buffer.from('1.29.1');
  const message = Buffer.concat([Buffer.from([0x0a, version.length]), version]);
  const frame = Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]);
  const server = createServer();
  server.on('stream', (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(frame);
  });
  writeFileSync('engine.db', 'a database', { flag: 'a' });
  // As if a transaction was cut off, once.
  if (existsSync('cut-off')) {
    writeFileSync('engine.db-journal', '');
    rmSync('cut-off');
  }
  writeFileSync('starts', `${process.argv.join(' ')}\n`, { flag: 'a' });
  server.listen(Number(process.argv[process.argv.indexOf('--port') + 1]), '127.0.0.1');
}
