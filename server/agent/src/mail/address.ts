// Owns deciding whether a text is one email address, and nothing more than one.
import { refusal } from '../account/failure.ts';

const maxLength = 254;
// One address without display name, comment or quoting: anything else could smuggle a second recipient or a header.
const pattern =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;

export function emailAddress(text: string): string {
  const address = text.trim();
  // `trim` takes a line break at the end; one that was there is refused all the same.
  if (address.length > maxLength || /[\r\n]/.test(text) || !pattern.test(address)) {
    throw refusal('INVALID_EMAIL', `${JSON.stringify(text.slice(0, 100))} is not an email address.`);
  }
  return address;
}
