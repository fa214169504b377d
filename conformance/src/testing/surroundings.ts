// Owns surroundings for commands under test: what they wrote and complained is kept.
import type { Surroundings } from '../commands/command.ts';

export interface Captured extends Surroundings {
  readonly out: () => string;
  readonly err: () => string;
}

export function captured(overrides: Partial<Surroundings> = {}): Captured {
  let [out, err] = ['', ''];
  return {
    terminal: { write: (text) => void (out += text), isTTY: false, columns: 80 },
    complain: (line) => void (err += `${line}\n`),
    env: {},
    cwd: process.cwd(),
    signal: new AbortController().signal,
    ...overrides,
    out: () => out,
    err: () => err,
  };
}
