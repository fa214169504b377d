// Owns reading the certificate by which a SAML identity provider signs: PEM, or the Base64 that stands in one.
import { X509Certificate } from 'node:crypto';
import { refusal } from '../failure.ts';

const minBits = 2048;
const bare = /^[A-Za-z0-9+/\s]+={0,2}\s*$/;
const single = /^-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*$/;

/** The certificate as PEM. Whether it has expired is not looked at: it names a key that an administrator has chosen to trust. */
export function certificatePem(text: string): string {
  const trimmed = text.trim();
  if (!bare.test(trimmed) && !single.test(trimmed)) throw noCertificate();
  const body = trimmed.replaceAll(/-----(BEGIN|END) CERTIFICATE-----/g, '').replaceAll(/\s/g, '');
  const { publicKey } = parsed(Buffer.from(body, 'base64'));
  const bits = publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (publicKey.asymmetricKeyType !== 'rsa' || bits < minBits)
    throw refusal('DEFAULT', `The Certificate needs an RSA key of at least ${minBits} bits.`);
  return `-----BEGIN CERTIFICATE-----\n${body.match(/.{1,64}/g)?.join('\n') ?? ''}\n-----END CERTIFICATE-----\n`;
}

function parsed(der: Buffer): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch (error) {
    throw noCertificate(error);
  }
}

const noCertificate = (cause?: unknown): Error =>
  refusal('DEFAULT', 'The Certificate is not one X.509 certificate, in PEM or in bare Base64.', cause);
