import { type Command, InvalidArgumentError } from 'commander'
import { time } from '../parse-options.ts'

export interface Range {
  from?: Date
  to?: Date
}

/** Adds `--from` and `--to`, which must be given where `required`. */
export function withRange(command: Command, { required }: { required: boolean }): Command {
  for (const name of ['from', 'to'])
    command.addOption(
      command
        .createOption(`--${name} <time>`, 'RFC 3339, such as 2026-01-31T12:00:00Z')
        .argParser(time)
        .makeOptionMandatory(required),
    )
  return command
}

/** @throws InvalidArgumentError when the range ends before it begins */
export function checkRange<T extends Range>(range: T): T {
  if (range.from && range.to && range.from >= range.to) throw new InvalidArgumentError('--from must be before --to')
  return range
}
