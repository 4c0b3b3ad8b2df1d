import { stripVTControlCharacters } from 'node:util'

/**
 * Adds up what the test runs say: the line `Tests  2 failed | 27 passed (29)` at the end of each vitest run.
 * A run that nx replays from its cache prints the same line, and counts.
 */
export function createTally() {
  let passed = 0
  let failed = 0
  return {
    read(line: string): void {
      const counts = /^\s*Tests\s+(.+)\(\d+\)\s*$/.exec(stripVTControlCharacters(line))?.[1]
      if (counts === undefined) return
      passed += count(counts, 'passed')
      failed += count(counts, 'failed')
    },
    /** Something else than a test failed: lint, types, or a run that did not come to its tests. */
    fail: () => void (failed += 1),
    failed: () => failed,
    summary: () => `${passed} passed, ${failed} failed`,
  }
}

const count = (counts: string, what: string) => Number(new RegExp(`(\\d+) ${what}`).exec(counts)?.[1] ?? 0)
