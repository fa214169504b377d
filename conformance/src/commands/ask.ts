// Owns asking the user for a yes on the terminal; anything else is a no.
import { createInterface } from 'node:readline/promises';
import { deadline } from '../kit/deadline.ts';

export async function ask(question: string, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // On a terminal in raw mode Ctrl-C arrives here and not at the process.
  const given = new AbortController();
  terminal.once('SIGINT', () => given.abort());
  terminal.once('close', () => given.abort());
  const either = deadline(undefined, signal, given.signal);
  try {
    const answer = await terminal.question(question, { signal: either.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error;
    process.stdout.write('\n');
    return false;
  } finally {
    either.clear();
    terminal.close();
  }
}
