import { open } from 'node:fs/promises'
import type { Sql } from '../database.ts'
import type { AnswerLine, Outcome, RequestLine, SentEvent } from '../journal.ts'

/** Where reading the journal goes on next time: its position in bytes. */
export interface JournalMark {
  bytes: number
}

const rowsAtOnce = 5000

/** Brings what the journal says since `mark` into `chaos.sent`. A request without an answer is one whose outcome is unknown. */
export async function loadJournal(sql: Sql, file: string, mark: JournalMark): Promise<void> {
  const requests = new Map<number, RequestLine>()
  let rows: object[] = []
  for (const line of await newLines(file, mark)) {
    if ('send' in line) requests.set(line.request, line)
    else await settle(line)
  }
  for (const request of requests.values()) rows.push(...rowsOf(request))
  await insert(sql, rows)

  async function settle(answer: AnswerLine) {
    const request = requests.get(answer.request)
    if (request === undefined)
      throw new Error(`the journal has an answer to request ${answer.request}, which it does not know`)
    requests.delete(answer.request)
    rows.push(...rowsOf(request, answer))
    if (rows.length < rowsAtOnce) return
    await insert(sql, rows)
    rows = []
  }
}

async function newLines(file: string, mark: JournalMark): Promise<(RequestLine | AnswerLine)[]> {
  const handle = await open(file)
  const lines: (RequestLine | AnswerLine)[] = []
  for await (const line of handle.readLines({ start: mark.bytes })) {
    lines.push(JSON.parse(line) as RequestLine | AnswerLine)
    mark.bytes += Buffer.byteLength(line) + 1
  }
  return lines
}

function rowsOf({ request, at, agent, send, any }: RequestLine, answer?: AnswerLine) {
  return send.map((event: SentEvent, place) => ({
    request,
    place,
    type: event.type,
    event_id: event.event_id ?? answer?.ids[place] ?? null,
    ad_id: event.ad_id,
    occurred_at: timeOf(event.timestamp),
    ip: event.ip ?? null,
    playback_time: event.playback_time ?? null,
    user_agent: agent,
    any_payload: any ?? false,
    outcome: (answer?.outcomes[place] ?? 'unknown') satisfies Outcome,
    sent_at: new Date(at).toISOString(),
    answered_at: answer ? new Date(answer.at).toISOString() : null,
  }))
}

// To the millisecond, which is what is stored; what is no time was refused.
function timeOf(text: string | undefined): string | null {
  const time = Date.parse(text ?? '')
  return time >= 0 && time < 1e13 ? new Date(time).toISOString() : null
}

async function insert(sql: Sql, rows: object[]): Promise<void> {
  if (rows.length === 0) return
  await sql`insert into chaos.sent select * from json_populate_recordset(null::chaos.sent, ${JSON.stringify(rows)}::text::json)`
}
