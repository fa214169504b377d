// Owns damaging bytes on their way: as many as before, one of them another.
import { Transform } from 'node:stream';

/** Flips one byte in the middle when the length is known, the first one otherwise. */
export function flippingStream(length: number, flipped: () => void): Transform {
  const place = Number.isFinite(length) ? Math.floor(length / 2) : 0;
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const at = place - seen;
      seen += chunk.length;
      if (at < 0 || at >= chunk.length) return done(null, chunk);
      const damaged = Buffer.from(chunk);
      damaged[at] = (damaged[at] ?? 0) ^ 0xff;
      flipped();
      done(null, damaged);
    },
  });
}
