// Owns finding a tool that the kit does not bring: where the user says, or where the working directory has it.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from '../kit/faults.ts';

export interface Tool {
  readonly name: string;
  /** The npm package, with the version that the kit was tried with. */
  readonly packageName: string;
  readonly version: string;
  readonly bin: string;
  readonly flag: string;
}

export interface InstalledTool {
  readonly name: string;
  readonly version: string;
  /** A script that Node runs. */
  readonly script: string;
}

interface Manifest {
  readonly version: string;
  readonly bin?: string | Readonly<Record<string, string>>;
}

/** `given` is a package folder; without it the package is looked up from the working directory, then from the kit. */
export function installedTool(tool: Tool, given: string | undefined, cwd: string): InstalledTool {
  const folder = given === undefined ? lookUp(tool, cwd) : folderOf(resolve(cwd, given), tool);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const bin = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin?.[tool.bin];
  const script = join(folder, bin ?? '');
  if (bin === undefined || !existsSync(script)) throw new UsageError(`${folder} has no command ${tool.bin}`);
  return { name: tool.name, version: manifest.version, script };
}

function lookUp(tool: Tool, cwd: string): string {
  for (const from of [join(cwd, 'package.json'), import.meta.url]) {
    for (const folder of createRequire(from).resolve.paths(tool.packageName) ?? []) {
      const manifest = join(folder, tool.packageName, 'package.json');
      if (existsSync(manifest)) return dirname(manifest);
    }
  }
  throw new UsageError(
    `${tool.name} is not installed here: \`npm install --save-dev ${tool.packageName}@${tool.version}\`, or say where it is with ${tool.flag} FOLDER`,
  );
}

function folderOf(path: string, tool: Tool): string {
  if (existsSync(path) && statSync(path).isDirectory() && existsSync(join(path, 'package.json'))) return path;
  throw new UsageError(`${tool.flag} takes the folder of the package ${tool.packageName}; ${path} is none`);
}
