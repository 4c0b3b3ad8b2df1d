import type { Difference, Verification } from '@ads-tracker/data'

const shown = 50

/** What a human reads of a verification. */
export function* report({ from, to, differences }: Verification): Generator<string> {
  for (const difference of differences.slice(0, shown)) yield lineOf(difference)
  if (differences.length > shown) yield `... and ${differences.length - shown} more`
  const range = `${from?.toISOString() ?? 'the beginning'} to ${to?.toISOString() ?? 'the end'}`
  yield differences.length === 0
    ? `rollups agree with raw events from ${range}, per ad and minute; minute, hour, day and total rollups agree`
    : `${differences.length} differences from ${range}: npm run rebuild repairs a range`
}

function lineOf({ level, ad_id, at, expected, found }: Difference): string {
  return (
    `${level} ${at?.toISOString() ?? ''} ad ${ad_id}: ` +
    `${found.clicks} clicks, should be ${expected.clicks}; ${found.impressions} impressions, should be ${expected.impressions}`
  )
}
