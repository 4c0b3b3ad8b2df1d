/** A fetched record is corrupt. No record of the response is delivered. */
export class CorruptRecordError extends Error {
  readonly code = 'corrupt_record'
}
