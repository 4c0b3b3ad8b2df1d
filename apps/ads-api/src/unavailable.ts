const lost = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'DEADLINE',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
])
// Classes of SQLSTATE that another attempt, or somebody else's repair, makes go away. 28, 3D, 3F and 42 are a database that
// is not set up (yet), 25 one that is failing over.
const passing = new Set(['08', '25', '28', '3D', '3F', '40', '42', '53', '55', '57', '58', 'XX'])

/** True when the database could not do its work, false when the work itself was wrong. Total: never throws. */
export function isUnavailable(error: unknown): boolean {
  const code = codeOf(error)
  return lost.has(code) || (/^[0-9A-Z]{5}$/.test(code) && passing.has(code.slice(0, 2)))
}

/** True when no connection could be made, so that the pool would sit out a pause before it tries again. */
export function isUnreachable(error: unknown): boolean {
  return lost.has(codeOf(error)) && codeOf(error) !== 'CONNECTION_CLOSED'
}

// Drizzle wraps the driver's error.
function codeOf(error: unknown): string {
  for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth++) {
    if ('code' in each && typeof each.code === 'string') return each.code
  }
  return ''
}
