// Owns the e-mail that carries a download link (cloud.md, Send Download URL).
import type { Mailer } from './mailer.ts';

export interface DownloadLink {
  readonly to: string;
  readonly url: string;
  readonly key: string;
  /** How long the link lives. */
  readonly hours: number;
  readonly note: string;
}

export class DownloadLinks {
  readonly #mailer: Mailer;

  constructor(mailer: Mailer) {
    this.#mailer = mailer;
  }

  /** Rejects with `INVALID_EMAIL` for an address that cannot be one. */
  async send({ to, url, key, hours, note }: DownloadLink): Promise<void> {
    const name = key.split('/').at(-1) ?? key;
    const lines = [
      `Here is the file ${name}:`,
      url,
      `The link works for ${hours} ${hours === 1 ? 'hour' : 'hours'}.`,
      ...(note === '' ? [] : [`Note from the sender:\n${note}`]),
    ];
    await this.#mailer.send({ to, subject: `A file for you: ${name}`, text: `${lines.join('\n\n')}\n` });
  }
}
