// Owns the letters of codes that people copy from a mail: none that looks like another one.
const alphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

/** One letter of 32 for each byte, all equally likely. */
export const readable = (bytes: Buffer): string => Array.from(bytes, (byte) => alphabet.charAt(byte % alphabet.length)).join('');
