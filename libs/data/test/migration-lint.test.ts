import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

// Migrations run while the version before and the version after are both at work: expand first, contract when nobody needs
// it any more, and never hold a lock for long. A finding that is right this once is silenced above its statement:
//   -- squawk-ignore ban-drop-column
const migrations = join(import.meta.dirname, '../migrations')
const squawk = join(import.meta.dirname, '../../../node_modules/squawk-cli/js/bin/squawk')
const settings = ['--assume-in-transaction', '--pg-version', '18.0', '--reporter', 'gcc']
// The runner sets both time-outs, and small integers are small on purpose.
const excluded = [
  'require-lock-timeout',
  'require-statement-timeout',
  'prefer-bigint-over-int',
  'prefer-bigint-over-smallint',
]

function lint(sql: string): string[] {
  const args = [squawk, ...settings, `--exclude=${excluded.join(',')}`, '--stdin-filepath', 'migration.sql']
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { input: sql, encoding: 'utf8' })
  if (status === null || /panicked|error: unexpected/.test(stderr)) throw new Error(stderr)
  return stdout.split('\n').filter((line) => line.includes('migration.sql:'))
}

describe('the linter of migrations', () => {
  it.each(readdirSync(migrations, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.sql')))(
    'finds nothing in %s',
    (name) => {
      expect(lint(readFileSync(join(migrations, name), 'utf8'))).toEqual([])
    },
  )

  it.each([
    ['a rewrite', 'alter table clicks alter column ad_id type bigint', 'changing-column-type'],
    ['a long lock', 'create index clicks_by_ad on clicks (ad_id)', 'require-concurrent-index-creation'],
    ['a scan under a lock', 'alter table ads add constraint positive check (id > 0)', 'constraint-missing-not-valid'],
    ['a column that old code does not fill', 'alter table ads add column owner text not null', 'adding-required-field'],
    ['a drop that old code still needs', 'alter table ads drop column name', 'ban-drop-column'],
    ['a table that old code still needs', 'drop table event_repeats', 'ban-drop-table'],
    ['a name that old code does not know', 'alter table ads rename column name to title', 'renaming-column'],
  ])('finds %s', (_name, sql, rule) => {
    expect(lint(`${sql};\n`).join('\n')).toContain(rule)
    expect(lint(`-- squawk-ignore ${rule}\n${sql};\n`).join('\n')).not.toContain(rule)
  })
})
