export interface ServerSentEvent {
  id?: string
  data?: string
  /** Milliseconds that the server asks to wait before coming back. */
  retry?: number
}

/** The events of a stream (HTML standard, section 9.2.6), without those that have no field of ours; comments are dropped. */
export async function* serverSentEvents(
  texts: AsyncIterable<string>,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  let rest = ''
  for await (const text of texts) {
    const blocks = (rest + text).split(/\r\n\r\n|\n\n|\r\r/)
    // the last one may go on
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const event = eventOf(block)
      if (event.data !== undefined || event.retry !== undefined) yield event
    }
  }
}

function eventOf(block: string): ServerSentEvent {
  const event: ServerSentEvent = {}
  for (const line of block.split(/\r\n|\n|\r/)) {
    const [, name, value = ''] = /^([a-z]+)(?:: ?(.*))?$/.exec(line) ?? []
    if (name === 'id') event.id = value
    if (name === 'data') event.data = event.data === undefined ? value : `${event.data}\n${value}`
    if (name === 'retry' && /^\d+$/.test(value)) event.retry = Number(value)
  }
  return event
}
