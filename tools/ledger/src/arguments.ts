import { parseArgs } from 'node:util'
import { UsageError } from '@ads-tracker/service-kit'

export type Command =
  { name: 'show' } | { name: 'accept'; topic: string; partition: number; reason: string; recreated: boolean }

const usage = `npm run ledger                                                     the books; exit 1 when one is off
npm run ledger -- accept TOPIC PARTITION --reason REASON           closes a book that its log no longer continues
npm run ledger -- accept TOPIC PARTITION --recreated --reason R    the same for a topic made anew that is as long as the book by now`

/** @throws UsageError */
export function readArguments(args: string[]): Command {
  const { values, positionals } = parse(args)
  const [name, topic, partition = ''] = positionals
  if (name === undefined) return { name: 'show' }
  if (name !== 'accept') throw wrong(`there is no command ${name}`)
  if (topic === undefined || !/^\d{1,9}$/.test(partition)) throw wrong('accept needs TOPIC and PARTITION')
  if (!values.reason?.trim()) throw wrong('accept needs --reason: it is what a later reader of the books has to go by')
  return {
    name,
    topic,
    partition: Number(partition),
    reason: values.reason.trim(),
    recreated: values.recreated ?? false,
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: { reason: { type: 'string' }, recreated: { type: 'boolean' } },
      allowPositionals: true,
    })
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error))
  }
}

function wrong(reason: string): UsageError {
  return new UsageError(reason, usage)
}
