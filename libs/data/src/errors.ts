/** PostgreSQL did not answer in time. Whether the statement was committed is not known: apply it again. */
export class DeadlineError extends Error {
  readonly code = 'DEADLINE'
}

/** A setting of the server (fsync, synchronous_commit, ...) under which a commit promises less than a 202 did. */
export class UnsafeSettingsError extends Error {
  readonly code = 'UNSAFE_SETTINGS'
}
