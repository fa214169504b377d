// Owns the CRC32 of bytes that follow each other, calculated from the CRC32 of each piece (the arithmetic of zlib's crc32_combine).

const POLYNOMIAL = 0xedb88320;
const ONE = 0x80000000;

/** The product of two polynomials modulo that of the CRC; `a` is not 0. */
function multiply(a: number, b: number): number {
  let product = 0;
  for (let bit = ONE; ; bit >>>= 1) {
    if ((a & bit) !== 0) {
      product ^= b;
      if ((a & (bit - 1)) === 0) return product >>> 0;
    }
    b = (b & 1) === 0 ? b >>> 1 : (b >>> 1) ^ POLYNOMIAL;
  }
}

/** x to the power of 8 * `length`: what so many bytes after a piece do to its CRC. */
function shiftOf(length: number): number {
  let result = ONE;
  // x^8, squared for each binary digit.
  for (let rest = length, power = ONE >>> 8; rest > 0; rest = Math.floor(rest / 2), power = multiply(power, power)) {
    if (rest % 2 === 1) result = multiply(power, result);
  }
  return result;
}

/** All pieces but the last have `length` bytes; the last has `lastLength`. */
export function combineCrc32(pieces: readonly number[], length: number, lastLength: number): number {
  const shift = shiftOf(length);
  const last = pieces.length - 1;
  return pieces.reduce((crc, piece, at) => (multiply(at === last ? shiftOf(lastLength) : shift, crc) ^ piece) >>> 0, 0);
}
