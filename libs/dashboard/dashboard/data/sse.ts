export interface Message {
  id?: string
  data: string
}

/**
 * The messages of a `text/event-stream`. Not EventSource, which cannot send an API key. Comments are `undefined`: they show
 * that the server is there.
 */
export async function* readMessages(body: ReadableStream<Uint8Array>): AsyncGenerator<Message | undefined> {
  let text = ''
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const parts = (text + value).split(/\r?\n\r?\n/)
      text = parts.pop() ?? ''
      for (const part of parts) yield parse(part)
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

function parse(part: string): Message | undefined {
  const fields = part.split(/\r?\n/).map((line) => /^(\w+): ?(.*)$/.exec(line))
  const valuesOf = (name: string) => fields.filter((field) => field?.[1] === name).map((field) => field![2]!)
  const data = valuesOf('data')
  if (data.length === 0) return undefined
  const id = valuesOf('id').at(-1)
  return { data: data.join('\n'), ...(id !== undefined && { id }) }
}
