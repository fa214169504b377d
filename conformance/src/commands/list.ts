// Owns `list`: every check with its id, level, operations and title.
import { exitCodes } from '../exit-codes.ts';
import { loadContract } from '../kit/contract.ts';
import { UsageError } from '../kit/faults.ts';
import { loadChecks } from '../kit/load-checks.ts';
import { select } from '../kit/selection.ts';
import type { Command } from './command.ts';
import { parse } from './options.ts';

export const list: Command = {
  summary: 'show the checks',
  help: `Usage: click-conformance list [options]

  --only PATTERN   only checks whose id matches, * stands for any text; repeatable
  --json           as JSON`,
  run: async (args, { terminal }) => {
    const { only, json } = parse(args, {
      only: { type: 'string', multiple: true, default: [] as string[] },
      json: { type: 'boolean', default: false },
    });
    const checks = select(await loadChecks(loadContract()), only);
    if (checks.length === 0) throw new UsageError(`no check matches ${only.join(' or ')}`);
    const rows = checks.map(({ id, level, kind, controller, operations, title, proves }) => ({
      id,
      level,
      kind,
      controller,
      operations,
      title,
      proves,
    }));
    if (json) terminal.write(`${JSON.stringify(rows, undefined, 2)}\n`);
    else {
      const width = Math.max(...rows.map(({ id }) => id.length));
      for (const { id, level, operations, title } of rows)
        terminal.write(`${id.padEnd(width)}  ${level.padEnd(6)}  ${title}  (${operations.join(', ') || 'channels'})\n`);
      terminal.write(`${rows.length} checks\n`);
    }
    return exitCodes.passed;
  },
};
