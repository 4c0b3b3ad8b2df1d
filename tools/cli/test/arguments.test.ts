import { expect, it, onTestFinished, vi } from 'vitest'
import { toFilter, toPosition } from '../src/commands/dead-letters/filter.ts'
import { createProgram, parse } from '../src/program.ts'

const commands = createProgram().commands.flatMap((command) => [
  { args: [command.name()] },
  ...command.commands.map((child) => ({ args: [command.name(), child.name()] })),
])

it.each(commands)('$args prints its usage, and does nothing, when asked with --help', async ({ args }) => {
  const written: string[] = []
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0)
  onTestFinished(() => write.mockRestore())
  await parse([...args, '--help'])
  expect(written.join('')).toContain(`Usage: cli ${args.join(' ')}`)
})

it.each(commands)('$args refuses an option that it does not know', async ({ args }) => {
  await expect(parse([...args, '--force'])).rejects.toThrow(
    /(unknown option '--force'|required option)[^]*usage:\ncli /,
  )
})

it.each([
  [[], 'a command is missing'],
  [['drop'], "unknown command 'drop'"],
  [['seed', 'now'], 'too many arguments'],
  [['migrate', 'all'], 'too many arguments'],
  [['api-keys'], 'a command is missing'],
  [['api-keys', 'create'], "required option '--name <name>' not specified"],
  [['api-keys', 'create', '--name', 'x', '--scopes', 'ads:delete'], 'there is no scope ads:delete'],
  [['api-keys', 'revoke'], "missing required argument 'id'"],
  [['api-keys', 'revoke', 'x'], 'It must be a whole number'],
  [['api-keys', 'rotate'], "unknown command 'rotate'"],
  [['ledger', 'accept', 'x', '--reason', 'r'], "missing required argument 'partition'"],
  [['ledger', 'accept', 'x', '0'], "required option '--reason <reason>' not specified"],
  [['ledger', 'accept', 'x', '0', '--reason', ' '], 'It must not be empty'],
  [['ledger', 'close'], 'too many arguments'],
  [['rebuild'], "required option '--from <time>' not specified"],
  [['verify', '--from', 'yesterday'], 'It must be a time such as'],
  [['verify', '--from', '2026-01-02T00:00:00Z', '--to', '2026-01-01T00:00:00Z'], '--from must be before --to'],
  [['dead-letters'], 'a command is missing'],
  [['dead-letters', 'list', '--reason', 'bad'], 'Allowed choices are undecodable, schema_invalid'],
  [['dead-letters', 'list', '--limit', 'many'], 'It must be a whole number'],
  [['dead-letters', 'list', '--from', 'yesterday'], 'It must be a time'],
  [['dead-letters', 'list', '--event-id', '7'], 'It must be a UUID'],
  [['dead-letters', 'show', 'here'], 'It must be TOPIC/PARTITION/OFFSET'],
])('says what is wrong with %j and how it is used', async (args, reason) => {
  const wrong = parse(args)
  await expect(wrong).rejects.toMatchObject({ code: 'usage' })
  await expect(wrong).rejects.toThrow(reason)
})

it('reads the filters of dead letters', () => {
  const from = new Date('2026-01-01T00:00:00Z')
  const filter = { reason: 'unknown_ad', partition: 3 } as const
  expect(toFilter({ ...filter, from })).toStrictEqual({ ...filter, arrivedFrom: from })
  expect(toPosition('a/b.c/1/9007199254740993')).toEqual({ topic: 'a/b.c', partition: 1, offset: 9007199254740993n })
})
