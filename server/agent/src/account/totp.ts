// Owns checking one-time codes (RFC 6238: SHA-1, six digits, steps of thirty seconds).
import { createGuardrails, verifySync } from 'otplib';

const stepSeconds = 30;
// Secrets of ten bytes are common among authenticator apps; the library's own floor is sixteen.
const guardrails = createGuardrails({ MIN_SECRET_BYTES: 10 });

/** The time step of a code that is right now, or was or will be one step away; undefined for a wrong code. */
export function totpStep(secret: string, code: string, now: number): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined;
  const epoch = Math.floor(now / 1000);
  const result = verifySync({ secret, token: code, epoch, epochTolerance: stepSeconds, period: stepSeconds, guardrails });
  return result.valid ? Math.floor(epoch / stepSeconds) + result.delta : undefined;
}
