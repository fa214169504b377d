// Owns the version that the kit reports about itself.
import { readFileSync } from 'node:fs';

/** Found upwards, because the compiled file lies one folder deeper than its source. */
function packageVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    const url = new URL(path, import.meta.url);
    try {
      const { name, version } = JSON.parse(readFileSync(url, 'utf8')) as { name?: string; version?: string };
      if (name === '@click-kit/conformance' && version !== undefined) return version;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  throw new Error('The package.json of @click-kit/conformance was not found.');
}

export const kitVersion = packageVersion();
