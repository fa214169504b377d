// Owns where the repository is, seen from the sources as well as from `scripts/dist`.
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL(import.meta.url.includes('/scripts/dist/') ? '../../../' : '../../', import.meta.url));
