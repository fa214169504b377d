// Owns encrypting secrets at rest: AES-256-GCM under the master key of the installation, which is kept outside the database.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { keyFile } from './key-file.ts';

const algorithm = 'aes-256-gcm';
const [ivLength, tagLength] = [12, 16];
const version = 'v1.';

export class SecretBox {
  readonly #key: Buffer;
  readonly #fingerprintKey: Buffer;

  constructor(key: Buffer) {
    this.#key = key;
    this.#fingerprintKey = Buffer.from(hkdfSync('sha256', key, '', 'fingerprints', 32));
  }

  /** A keyed hash, for secrets that are only ever compared: even a short one cannot be guessed from it without the key. */
  fingerprint(secret: string, place: string): string {
    return createHmac('sha256', this.#fingerprintKey).update(`${place}\0${secret}`).digest('base64url');
  }

  /** `place` names the row and the column; a sealed secret that is moved to another place does not open there. */
  seal(secret: string, place: string): string {
    const iv = randomBytes(ivLength);
    const cipher = createCipheriv(algorithm, this.#key, iv, { authTagLength: tagLength }).setAAD(Buffer.from(place));
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return version + Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  open(sealed: string, place: string): string {
    const bytes = Buffer.from(sealed.slice(version.length), 'base64url');
    if (!sealed.startsWith(version) || bytes.length < ivLength + tagLength) throw new Error(`The secret at ${place} is damaged.`);
    const decipher = createDecipheriv(algorithm, this.#key, bytes.subarray(0, ivLength), { authTagLength: tagLength });
    decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(ivLength, ivLength + tagLength));
    try {
      return Buffer.concat([decipher.update(bytes.subarray(ivLength + tagLength)), decipher.final()]).toString('utf8');
    } catch (cause) {
      throw new Error(`The secret at ${place} does not open with this master key.`, { cause });
    }
  }
}

export const openSecretBox = (dataDir: string): SecretBox => new SecretBox(keyFile(join(dataDir, 'keys', 'master.key')));
