// Owns how keys look in answers. Only "obfuscated" is documented (cloud.md, Get Cloud Accounts); the form is chosen.

export const stars = '********';
/** Below this length the last four characters would give away too much of the key. */
const shortest = 12;

/** Eight stars, whatever the length, and the last four characters of long keys; a key that is not there stays empty. */
export function obfuscate(key: string): string {
  if (key === '') return '';
  return key.length < shortest ? stars : stars + key.slice(-4);
}

/** True for what `obfuscate` made: a client that sends back what it was given does not mean it as a key. */
export const isObfuscated = (key: string): boolean => key.startsWith(stars) && key.length <= stars.length + 4;
