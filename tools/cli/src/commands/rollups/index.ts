import { type Database, rawCompleteFrom, rebuildRollups, verifyRollups } from '@ads-tracker/data'
import { ConfigError } from '@ads-tracker/service-kit'
import { type Command, InvalidArgumentError } from 'commander'
import { withConnection, withDatabase } from '../../connection.ts'
import { time } from '../parse-options.ts'
import { report } from './report.ts'

interface Range {
  from?: Date
  to?: Date
}

export function addRollups(program: Command): void {
  withConnection(withRange(program.command('verify'), { required: false }))
    .description('compares rollups with raw events; exit 1 when they differ')
    .action((range: Range, command: Command) => run(range, command, verify))
  withConnection(withRange(program.command('rebuild'), { required: true }))
    .description('computes the rollups of a period from raw events again, and verifies them')
    .action((range: Required<Range>, command: Command) => run(range, command, rebuild))
}

function withRange(command: Command, { required }: { required: boolean }): Command {
  for (const name of ['from', 'to']) {
    const option = command.createOption(`--${name} <time>`, 'RFC 3339, such as 2026-01-31T12:00:00Z')
    command.addOption(option.argParser(time).makeOptionMandatory(required))
  }
  return command
}

async function run<T extends Range>(range: T, command: Command, work: (database: Database, range: T) => Promise<void>) {
  if (range.from && range.to && range.from >= range.to) throw new InvalidArgumentError('--from must be before --to')
  await withDatabase(command, (database) => work(database, range), { statementTimeoutMs: 0 })
}

async function verify(database: Database, { from, to }: Range): Promise<void> {
  const verification = await verifyRollups(database, { ...(from && { from }), ...(to && { to }) })
  for (const line of report(verification)) console.log(line)
  if (verification.differences.length > 0) process.exitCode = 1
}

async function rebuild(database: Database, { from, to }: Required<Range>): Promise<void> {
  const complete = await rawCompleteFrom(database)
  if (complete && from < complete)
    throw new ConfigError([`--from: raw events are complete only from ${complete.toISOString()} on`])
  console.log(`${await rebuildRollups(database, { from, to })} minutes computed again`)
  await verify(database, { from, to })
}
