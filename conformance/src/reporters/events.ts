// Owns the record that is written while a run goes on, one JSON object a line: what is left when the process is killed.
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Reporter } from './reporter.ts';

export const eventsFile = 'events.ndjson';

/** Written without a buffer in between, so that each line is with the system before the next check begins. */
export function eventsReporter(directory: string): Reporter {
  const file = openSync(join(directory, eventsFile), 'w');
  const write = (event: string, data: object): void => void writeSync(file, `${JSON.stringify({ event, ...data })}\n`);
  return {
    begin: (plan) => write('begin', plan),
    started: ({ id }, index) => write('started', { id, index }),
    ended: (result, index) => write('ended', { index, result }),
    finish: ({ verdict, counts, run, cleanupErrors }) => {
      write('end', { run, verdict, counts, cleanupErrors });
      closeSync(file);
      return Promise.resolve(undefined);
    },
  };
}
