/** The bytes of a fetched record contradict each other. Nothing of the response was handed over. */
export class CorruptRecordError extends Error {
  readonly code = 'corrupt_record'
}
