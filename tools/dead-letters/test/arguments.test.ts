import { expect, it } from 'vitest'
import { readArguments } from '../src/arguments.ts'

it('reads filters and looks at what was not replayed, unless all are wanted', () => {
  expect(
    readArguments(['list', '--reason', 'unknown_ad', '--partition', '3', '--from', '2026-01-01T00:00:00Z']),
  ).toEqual({
    name: 'list',
    limit: 100,
    filter: { reason: 'unknown_ad', partition: 3, arrivedFrom: new Date('2026-01-01T00:00:00Z'), pending: true },
  })
  expect(readArguments(['list', '--all', '--limit', '5'])).toEqual({
    name: 'list',
    limit: 5,
    filter: { pending: false },
  })
  expect(readArguments(['replay', '--dry-run'])).toEqual({ name: 'replay', dryRun: true, filter: { pending: true } })
  expect(readArguments(['show', 'a/b.c/1/9007199254740993'])).toEqual({
    name: 'show',
    position: { topic: 'a/b.c', partition: 1, offset: 9007199254740993n },
  })
})

it.each([
  [[], 'a command is missing'],
  [['drop'], 'there is no command drop'],
  [['list', '--reason', 'bad'], '--reason must be one of'],
  [['list', '--limit', 'many'], '--limit must be a whole number'],
  [['list', '--from', 'yesterday'], '--from must be a time'],
  [['list', '--event-id', '7'], '--event-id must be a UUID'],
  [['show', 'here'], 'show needs TOPIC/PARTITION/OFFSET'],
  [['replay', '--force'], '--force'],
])('says what is wrong with %j and how it is used', (args, reason) => {
  expect(() => readArguments(args)).toThrow(reason)
  expect(() => readArguments(args)).toThrow('npm run dead-letters -- list')
})
