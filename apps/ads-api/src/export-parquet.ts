import type { ExportedEvent } from '@ads-tracker/data'
import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer'

const required = { repetition_type: 'REQUIRED' } as const
const optional = { repetition_type: 'OPTIONAL' } as const
const uuid = { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, logical_type: { type: 'UUID' } } as const
const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const
const moment = {
  type: 'INT64',
  converted_type: 'TIMESTAMP_MILLIS',
  logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
} as const
const columns = [
  { name: 'event_id', ...uuid, ...required },
  { name: 'ad_id', type: 'INT32', ...required },
  { name: 'occurred_at', ...moment, ...required },
  { name: 'received_at', ...moment, ...required },
  { name: 'ip', ...text, ...optional },
  { name: 'user_agent', ...text, ...optional },
  { name: 'playback_time', type: 'DOUBLE', ...optional },
] as const satisfies (SchemaElement & { name: keyof ExportedEvent })[]
const schema: SchemaElement[] = [{ name: 'root', num_children: columns.length }, ...columns]
/** A row group is held in memory and encoded without yielding to the event loop. */
const groupRows = 20_000

/** A Parquet file, one buffer for each row group. */
export async function* parquetOf(pages: AsyncIterable<ExportedEvent[]>): AsyncGenerator<Buffer, void, undefined> {
  const writer = new ByteWriter()
  const file = new ParquetWriter({ writer, schema })
  // sends the response headers
  yield written(writer)
  let group: ExportedEvent[] = []
  for await (const page of pages) {
    group.push(...page)
    if (group.length < groupRows) continue
    write(group)
    group = []
    yield written(writer)
  }
  write(group)
  file.finish()
  yield written(writer)

  function write(events: ExportedEvent[]) {
    const columnData = columns.map(({ name }) => ({
      name,
      data: events.map((event) => event[name]),
      // all values are different, so a dictionary would not help
      ...(name === 'event_id' && { encoding: 'PLAIN' as const }),
    }))
    file.write({ columnData, rowGroupSize: groupRows })
  }
}

// A copy, because the writer reuses its buffer; its `offset` keeps counting.
function written(writer: ByteWriter): Buffer {
  const bytes = Buffer.from(writer.getBytes())
  writer.index = 0
  return bytes
}
