import { afterEach, describe, expect, it } from 'vitest';
import { refusal } from '../account/failure.ts';
import { type Installation, installation } from '../account/testing/installation.ts';
import { transactionsOf } from '../store/database.ts';
import { MailQueueStore } from '../store/mail-queue-store.ts';
import { MailQueue } from './mail-queue.ts';
import type { Mail } from './mailer.ts';

let here: Installation;
afterEach(() => here.close());

function start(send: (mail: Mail) => Promise<void>, maxLetters?: number) {
  here = installation();
  const failures: unknown[] = [];
  return { queue: queueOn(here, send, failures, maxLetters), failures };
}

const queueOn = ({ database, secretBox, now }: Installation, send: (mail: Mail) => Promise<void>, failures: unknown[], max = 100) =>
  new MailQueue({
    store: new MailQueueStore(database),
    mailer: { send },
    secretBox,
    now,
    onFailure: (problem) => failures.push(problem),
    maxLetters: max,
  });

const letter = (to: string): Mail => ({ to, subject: 'Your code', text: 'Activation code: ABCD' });
const inAnHour = (): number => here.clock.time + 3_600_000;

describe('the queue of mails', () => {
  it('sends by itself once the transaction is done, and nothing of one that is undone', async () => {
    const sent: string[] = [];
    let arrived: () => void = () => undefined;
    const arrival = new Promise<void>((resolve) => (arrived = resolve));
    const { queue } = start(async ({ to }) => {
      sent.push(to);
      arrived();
    });
    queue.start();
    const undone = (): void =>
      transactionsOf(here.database)(() => {
        queue.enqueue(letter('undone@example.com'), inAnHour());
        throw new Error('undone');
      });
    expect(undone).toThrow('undone');
    transactionsOf(here.database)(() => queue.enqueue(letter('a@example.com'), inAnHour()));
    await arrival;
    await queue.close();
    expect(sent).toEqual(['a@example.com']);
  });

  it('tries again later what the server did not take, in a new process too, and gives up what is late', async () => {
    let [down, sent]: [boolean, string[]] = [true, []];
    const send = async ({ to }: Mail): Promise<void> => {
      if (down) throw refusal('DEFAULT', 'The mail server did not take the message.');
      sent.push(to);
    };
    const { queue, failures } = start(send);
    queue.enqueue(letter('a@example.com'), inAnHour());
    await queue.deliver();
    await queue.deliver();
    expect(failures).toHaveLength(1);
    down = false;
    here.clock.time += 5_000;
    await queueOn(here, send, failures).deliver();
    expect(sent).toEqual(['a@example.com']);
    queue.enqueue(letter('late@example.com'), here.clock.time + 1);
    here.clock.time += 1;
    await queue.deliver();
    expect(sent).toEqual(['a@example.com']);
    expect(failures).toHaveLength(2);
  });

  it('refuses an address that is none at once, and drops what the mailer calls one', async () => {
    const { queue, failures } = start(async () => {
      throw refusal('INVALID_EMAIL', 'no address');
    });
    expect(() => queue.enqueue(letter('none'), inAnHour())).toThrow(expect.objectContaining({ code: 'INVALID_EMAIL' }));
    queue.enqueue(letter('a@example.com'), inAnHour());
    await queue.deliver();
    expect(failures).toHaveLength(1);
    expect(new MailQueueStore(here.database).nextAttemptAt()).toBeUndefined();
  });

  it('is bounded', () => {
    const { queue } = start(() => Promise.resolve(), 1);
    queue.enqueue(letter('a@example.com'), inAnHour());
    expect(() => queue.enqueue(letter('b@example.com'), inAnHour())).toThrow('Too many mails');
  });

  it('keeps a letter that is in flight when the agent stops', async () => {
    const { queue } = start(() => new Promise(() => undefined));
    queue.enqueue(letter('a@example.com'), inAnHour());
    queue.start();
    await queue.close();
    expect(new MailQueueStore(here.database).nextAttemptAt()).toBe(here.clock.time);
  });
});
