import { schemaProblem } from '@ads-tracker/data'
import type { Readiness } from '@ads-tracker/service-kit'
import type { Store } from './store.ts'

/** Ready when PostgreSQL answers and its schema is new enough. The app waits for migrations; it never runs one. */
export function databaseReadiness(primary: Store, replica: Store): Readiness {
  return async () => {
    const [postgres, reads] = await Promise.all([stateOf(primary), replica === primary ? undefined : stateOf(replica)])
    return { ...postgres, ...(reads && { postgres_replica: reads.postgres === 'up' ? reads.schema : reads.postgres }) }
  }
}

async function stateOf({ query }: Store): Promise<{ postgres: string; schema: string }> {
  try {
    return { postgres: 'up', schema: (await query(schemaProblem)) ?? 'up' }
  } catch (error) {
    return { postgres: error instanceof Error ? error.message : 'down', schema: 'unknown' }
  }
}
