import { Duplex } from 'node:stream';

/** Two ends of a pipe. What is written comes out at the other end in pieces. */
export function duplexPair(): readonly [Duplex, Duplex] {
  const ends: Duplex[] = [0, 1].map(
    (index) =>
      new Duplex({
        read: () => undefined,
        write(chunk: Buffer, _encoding, done) {
          const other = ends[1 - index];
          for (let from = 0; from < chunk.length; from += 65_537) other?.push(chunk.subarray(from, from + 65_537));
          done();
        },
        destroy(error, done) {
          ends[1 - index]?.push(null);
          done(error);
        },
      }),
  );
  const [one, other] = ends;
  if (one === undefined || other === undefined) throw new Error('there are two ends');
  return [one, other];
}
