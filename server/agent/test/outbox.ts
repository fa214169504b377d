// Owns reading the mails that an agent without a mail server writes into its outbox.
import { watch } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Outbox {
  /** The text of the next mail to the address that was not looked at yet; waits for it. */
  readonly next: (address: string) => Promise<string>;
  /** Mails to the address that were not looked at yet. */
  readonly unread: (address: string) => Promise<string[]>;
}

const deadlineMs = 10_000;

export async function outboxOf(dataDir: string): Promise<Outbox> {
  const folder = join(dataDir, 'outbox');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const read = new Set<string>();

  async function take(address: string, most: number): Promise<string[]> {
    const mails: string[] = [];
    for (const name of (await readdir(folder)).filter((file) => file.endsWith('.eml') && !read.has(file)).toSorted()) {
      const text = await readFile(join(folder, name), 'utf8');
      if (mails.length === most || !text.includes(`\r\nTo: ${address}\r\n`)) continue;
      read.add(name);
      mails.push(text);
    }
    return mails;
  }

  return {
    unread: (address) => take(address, Infinity),
    async next(address) {
      const changes = new AbortController();
      const late = setTimeout(() => changes.abort(new Error(`nothing was mailed to ${address} within ${deadlineMs} ms`)), deadlineMs);
      try {
        for (;;) {
          const changed = new Promise<void>((resolve, reject) => {
            watch(folder, { signal: changes.signal }, () => resolve());
            changes.signal.addEventListener('abort', () => reject(changes.signal.reason as Error), { once: true });
          });
          // Whoever does not wait for it any more does not want to hear of its end either.
          changed.catch(() => undefined);
          const [mail] = await take(address, 1);
          if (mail !== undefined) return mail;
          await changed;
        }
      } finally {
        clearTimeout(late);
        changes.abort();
      }
    },
  };
}
