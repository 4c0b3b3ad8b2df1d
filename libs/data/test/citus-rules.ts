const distributed = '(?:(?:clicks|impressions)(?:_\\w+)?|ad_minute_stats|ad_hour_stats|ad_day_stats|ad_totals)'

/** What Citus refuses on distributed tables, by name. Local tables of the coordinator (ledger, dead letters) may be locked. */
const rules: Record<string, RegExp> = {
  'modifying-cte': new RegExp(
    `\\bas\\s*(?:(?:not\\s+)?materialized\\s*)?\\(\\s*(?:insert\\s+into|update|delete\\s+from)\\s+(?:only\\s+)?${distributed}\\b`,
    'i',
  ),
  'row-lock': /\bfor\s+(?:no\s+key\s+)?(?:update|key\s+share|share)\b(?!\s+of\s+(?:ledger|dead)\b)/i,
  'system-column': /\b(?:xmin|xmax|ctid)\b/i,
  'caught-violation': /\bwhen\b[^;]*\bunique_violation\b/i,
  'trigger-on-reference-table': /\bcreate\s+(?:or\s+replace\s+)?trigger\b[^;]*\bon\s+ads\b/i,
}

/** The rules that this SQL breaks. `-- citus-ignore NAME` in the file allows one. */
export function brokenCitusRules(sql: string): string[] {
  const ignored = [...sql.matchAll(/-- citus-ignore ([\w-]+)/g)].map(([, name]) => name)
  const code = sql.replaceAll(/--[^\n]*/g, '')
  return Object.entries(rules).flatMap(([name, rule]) => (rule.test(code) && !ignored.includes(name) ? [name] : []))
}
