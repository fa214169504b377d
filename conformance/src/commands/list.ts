// Owns `list`: every check with its id, level, operations and title.
import { resolve } from 'node:path';
import { exitCodes } from '../exit-codes.ts';
import { loadContract } from '../kit/contract.ts';
import { UsageError } from '../kit/faults.ts';
import { frozenFolder, writeFrozenSet } from '../kit/frozen-sets.ts';
import { loadChecks } from '../kit/load-checks.ts';
import { select } from '../kit/selection.ts';
import type { Command } from './command.ts';
import { parse } from './options.ts';

export const list: Command = {
  summary: 'show the checks',
  help: `Usage: click-conformance list [options]

  --only PATTERN   only checks whose id matches, * stands for any text; repeatable
  --json           as JSON
  --freeze         write the frozen set of this version of the contract: from then on these checks score for it
  --freeze-dir DIR where to (default: requirements/frozen of this package)`,
  run: async (args, { terminal, cwd }) => {
    const {
      only,
      json,
      freeze,
      'freeze-dir': freezeDirectory,
    } = parse(args, {
      only: { type: 'string', multiple: true, default: [] as string[] },
      json: { type: 'boolean', default: false },
      freeze: { type: 'boolean', default: false },
      'freeze-dir': { type: 'string' },
    });
    const contract = loadContract();
    const checks = select(await loadChecks(contract), only);
    if (checks.length === 0) throw new UsageError(`no check matches ${only.join(' or ')}`);
    const rows = checks.map(({ id, level, impact, kind, controller, operations, title, proves }) => ({
      id,
      level,
      impact,
      kind,
      controller,
      operations,
      title,
      proves,
    }));
    if (freeze) {
      if (only.length > 0) throw new UsageError('--freeze takes every check: leave out --only');
      const folder = freezeDirectory === undefined ? frozenFolder : resolve(cwd, freezeDirectory);
      const path = await writeFrozenSet(folder, { contract: contract.version, checks: checks.map(({ id }) => id) });
      terminal.write(`${checks.length} checks score for version ${contract.version}: ${path}\n`);
    } else if (json) terminal.write(`${JSON.stringify(rows, undefined, 2)}\n`);
    else {
      const width = Math.max(...rows.map(({ id }) => id.length));
      for (const { id, level, impact, operations, title } of rows)
        terminal.write(`${id.padEnd(width)}  ${level.padEnd(6)}  ${title}  (${operations.join(', ') || 'channels'}; ${impact})\n`);
      terminal.write(`${rows.length} checks\n`);
    }
    return exitCodes.passed;
  },
};
