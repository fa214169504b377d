// The package's surface: the server to start in process, and the signer for its URLs.

export { startObjectServer, type ObjectServer, type ObjectServerOptions } from './server.ts';
export { DataDirInUse } from './data-dir-lock.ts';
export { DEFAULT_LIMITS, type Limits } from './limits.ts';
export type { Logger } from './logger.ts';
export { signUrl, type SignUrlOptions } from './presign.ts';
