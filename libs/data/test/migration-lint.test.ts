import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { brokenCitusRules } from './citus-rules.ts'

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

const files = readdirSync(migrations, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.sql'))

describe('the linter of migrations', () => {
  it.each(files)('finds nothing in %s', (name) => {
    expect(lint(readFileSync(join(migrations, name), 'utf8'))).toEqual([])
  })

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

// One SQL serves PostgreSQL and Citus. Migrations before this one were written without that in mind.
const firstForCitus = 24

describe('the SQL that may run on Citus', () => {
  it.each(files.filter((name) => name.startsWith('functions') || Number(name.slice(0, 4)) >= firstForCitus))(
    'has nothing in %s that Citus refuses',
    (name) => expect(brokenCitusRules(readFileSync(join(migrations, name), 'utf8'))).toEqual([]),
  )

  it.each([
    ['modifying-cte', 'with fresh as (insert into clicks select * from x returning 1) select * from fresh'],
    ['modifying-cte', 'with gone as materialized (\n delete from impressions_high where true) select 1'],
    ['row-lock', 'select * from clicks where ad_id = 1 for update skip locked'],
    ['row-lock', 'select * from ad_totals for no key update'],
    ['system-column', 'select * from ad_totals where age(xmin) < 5'],
    ['caught-violation', 'exception when unique_violation then null'],
    ['trigger-on-reference-table', 'create trigger changed after insert on ads execute function f()'],
  ])('may not have a %s: %s', (rule, sql) => {
    expect(brokenCitusRules(`${sql};`)).toEqual([rule])
    expect(brokenCitusRules(`-- citus-ignore ${rule}\n${sql};`)).toEqual([])
  })

  it('may lock rows of the ledger and of dead letters, which stay on the coordinator', () => {
    expect(brokenCitusRules('select * from ledger for update of ledger; -- for update')).toEqual([])
  })
})
