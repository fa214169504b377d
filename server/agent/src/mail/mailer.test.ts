import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outboxMailer, smtpMailer } from './mailer.ts';

let directory: string;
let server: Server | undefined;
const sockets = new Set<Socket>();
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'click-agent-'));
});
afterEach(async () => {
  rmSync(directory, { recursive: true, force: true });
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
});

const mail = { to: 'jane@example.com', subject: 'A file for you', text: 'https://example.com/file?signature=x\n' };
const time = Date.parse('2026-03-01T12:00:00.123Z');

/** As much of SMTP as a client needs; `lines` is everything that it said. */
async function smtpServer(answer: (line: string) => string): Promise<{ port: number; lines: string[] }> {
  const lines: string[] = [];
  let inData = false;
  const started = createServer((socket) => {
    sockets.add(socket);
    socket.write('220 ready\r\n');
    socket.on('data', (bytes) => {
      for (const line of bytes.toString().split('\r\n').slice(0, -1)) {
        lines.push(line);
        if (inData && line !== '.') continue;
        inData = line === 'DATA';
        socket.write(`${inData ? '354 go on' : answer(line)}\r\n`);
      }
    });
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return { port: (started.address() as AddressInfo).port, lines };
}

describe('the outbox', () => {
  const outbox = (at = time) => outboxMailer('agent@example.com', join(directory, 'outbox'), () => at);

  it('keeps each mail as one private file that a mail program opens, named by its time', async () => {
    await outbox(time + 1000).send(mail);
    await outbox().send({ ...mail, text: 'Grüße', html: '<p>Hello</p>' });
    const names = readdirSync(join(directory, 'outbox')).toSorted();
    expect(names).toEqual([
      expect.stringMatching(/^20260301T120000123Z-[0-9a-f-]{36}\.eml$/),
      expect.stringMatching(/^20260301T120001123Z-/),
    ]);
    const path = join(directory, 'outbox', names[1]!);
    const text = readFileSync(path, 'utf8');
    expect(text).toMatch(/^From: agent@example.com\r\nTo: jane@example.com\r\nSubject: A file for you\r\n/);
    expect(text).toContain('Date: Sun, 01 Mar 2026 12:00:01 +0000\r\n');
    expect(text).toContain('https://example.com/file?signature=x');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it.each([
    '',
    'jane',
    'jane@',
    '@example.com',
    'a b@example.com',
    'a@example.com,b@example.com',
    'a@example.com\r\nBcc: b@example.com',
    'a@example.com\n',
    'Jane <a@example.com>',
    '"a"@example.com',
    `${'a'.repeat(250)}@example.com`,
    'a@-example.com',
  ])('refuses the address %j and writes nothing', async (to) => {
    await expect(outbox().send({ ...mail, to })).rejects.toMatchObject({ name: 'Failure', code: 'INVALID_EMAIL' });
    expect(existsSync(join(directory, 'outbox'))).toBe(false);
  });

  it('lets no line break of a subject become a header', async () => {
    await outbox().send({ ...mail, subject: 'Hello\r\nBcc: evil@example.com\u2028X-Evil: 1' });
    const [name] = readdirSync(join(directory, 'outbox'));
    const headers = readFileSync(join(directory, 'outbox', name!), 'utf8').split('\r\n\r\n')[0]!;
    expect(headers).toContain('Subject: Hello Bcc: evil@example.com X-Evil: 1');
    expect(headers).not.toMatch(/^(Bcc|X-Evil):/m);
  });

  it('that cannot be written to is a documented error, and nothing half is left', async () => {
    writeFileSync(join(directory, 'outbox'), 'in the way');
    await expect(outbox().send(mail)).rejects.toMatchObject({ code: 'FILESYSTEM_ACCESS' });
    expect(readdirSync(directory)).toEqual(['outbox']);
  });
});

describe('the SMTP mailer', () => {
  const mailer = (port: number, user = '') =>
    smtpMailer('agent@example.com', { host: '127.0.0.1', port, secure: false, user, password: 'canary', timeoutMs: 2000 });

  it('hands the mail to the server, signed in when it has a user', async () => {
    const { port, lines } = await smtpServer((line) =>
      line.startsWith('EHLO') ? '250-hello\r\n250 AUTH PLAIN' : line.startsWith('AUTH') ? '235 ok' : '250 ok',
    );
    await mailer(port, 'agent').send(mail);
    expect(lines).toContain(`AUTH PLAIN ${Buffer.from('\0agent\0canary').toString('base64')}`);
    expect(lines).toEqual(
      expect.arrayContaining(['MAIL FROM:<agent@example.com>', 'RCPT TO:<jane@example.com>', 'Subject: A file for you']),
    );
  });

  it.each([
    ['refuses the recipient', '550 no such user'],
    ['is not ready', '421 busy'],
  ])('fails with one clear message when the server %s', async (_what, reply) => {
    const { port } = await smtpServer((line) => (line.startsWith('RCPT') ? reply : '250 ok'));
    await expect(mailer(port).send(mail)).rejects.toMatchObject({ code: 'DEFAULT', message: 'The mail server did not take the message.' });
  });

  it('fails in time when the server does not answer', async () => {
    const { port } = await smtpServer(() => '');
    const patient = smtpMailer('agent@example.com', { host: '127.0.0.1', port, secure: false, user: '', password: '', timeoutMs: 100 });
    await expect(patient.send(mail)).rejects.toMatchObject({ code: 'DEFAULT' });
  });
});
