/** A setting of the server (fsync, synchronous_commit, ...) with which a committed event could be lost after its 202. */
export class UnsafeSettingsError extends Error {
  readonly code = 'UNSAFE_SETTINGS'
}

/** Minutes or hours of before `before` are needed, which are no longer kept: the numbers would be too low. */
export class NoLongerKeptError extends Error {
  readonly code = 'AT002'
  readonly unit: 'minute' | 'hour'
  /** RFC 3339 */
  readonly before: string

  constructor(unit: 'minute' | 'hour', before: string, cause: unknown) {
    super(`the ${unit}s before ${before} are no longer kept`, { cause })
    this.unit = unit
    this.before = before
  }
}
