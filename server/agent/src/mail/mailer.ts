// Owns sending mail: through an SMTP server when one is configured, else into an outbox folder as `.eml` files.
import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { refusal } from '../account/failure.ts';
import { emailAddress } from './address.ts';

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
}

export interface Mailer {
  /** Rejects with INVALID_EMAIL for a bad address, with DEFAULT when the mail cannot be handed over. */
  send(mail: Mail): Promise<void>;
}

export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; otherwise STARTTLS when the server offers it. */
  readonly secure: boolean;
  /** Empty for a server without login. */
  readonly user: string;
  readonly password: string;
  readonly timeoutMs: number;
}

// Content comes from requests: it may neither read files nor fetch URLs.
const closed = { disableFileAccess: true, disableUrlAccess: true };

const envelope = (from: string, { to, subject, text, html }: Mail) => ({
  from,
  to: emailAddress(to),
  subject: subject.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim(),
  text,
  ...(html === undefined ? {} : { html }),
});

export function smtpMailer(from: string, { host, port, secure, user, password, timeoutMs }: SmtpSettings): Mailer {
  const timeouts = { connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs };
  const transport = createTransport({
    host,
    port,
    secure,
    ...(user === '' ? {} : { auth: { user, pass: password } }),
    ...timeouts,
    ...closed,
  });
  return {
    async send(mail) {
      const message = envelope(from, mail);
      try {
        await transport.sendMail(message);
      } catch (error) {
        throw refusal('DEFAULT', 'The mail server did not take the message.', error);
      }
    },
  };
}

/** Writes each message whole or not at all; file names sort by time. */
export function outboxMailer(from: string, directory: string, now: () => number): Mailer {
  const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows', ...closed });
  return {
    async send(mail) {
      const { message } = await composer.sendMail({ ...envelope(from, mail), date: new Date(now()) });
      const stamp = new Date(now()).toISOString().replaceAll(/[-:]/g, '').replace('.', '');
      await writeWhole(directory, `${stamp}-${randomUUID()}.eml`, message as Buffer);
    },
  };
}

/** Private to the user: a download link in a mail is as good as a key. */
async function writeWhole(directory: string, name: string, bytes: Buffer): Promise<void> {
  const aside = join(directory, `.${name}.tmp`);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const file = await open(aside, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
      await rename(aside, join(directory, name));
    } catch (error) {
      await rm(aside, { force: true });
      throw error;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw refusal('FILESYSTEM_ACCESS', 'The message cannot be written to the outbox folder.', error);
  }
}
