import postgres from 'postgres'

export type Sql = postgres.Sql

export function connect(url: string): Sql {
  return postgres(url, {
    max: 4,
    onnotice: () => {},
    connect_timeout: 5,
    backoff: () => 0.2,
    connection: { application_name: 'chaos', TimeZone: 'UTC' },
  })
}

/** The first column of the only row, as a number; 0 for null. */
export async function numberOf(query: PromiseLike<readonly object[]>): Promise<number> {
  const [row = {}] = await query
  return Number(Object.values(row)[0] ?? 0)
}
