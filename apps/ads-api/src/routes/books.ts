import type { Books as StoredBooks } from '@ads-tracker/data'
import { type App, problems } from '@ads-tracker/service-kit'
import { Type } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import { oneOf, orNull } from '../response-types.ts'
import { type FindKey, requireScope } from '../authorize.ts'
import { readingSecurity } from './reading.ts'

const count = (description: string, example = 0) => Type.Integer({ minimum: 0, description, examples: [example] })
const Books = Type.Object(
  {
    balanced: Type.Boolean({
      description: 'Every record that was read has an outcome, and the totals agree with the ledger',
    }),
    off_by: count('Number of events by which the ledger is off: 0 when it balances'),
    counted: count('Events in the numbers', 4000),
    duplicates: count('Repeated deliveries with the same payload', 12),
    conflicts: count('Repeated deliveries with another payload'),
    dead_letters: count('Events that could not be counted when they were read', 1),
    waiting_dead_letters: Type.Array(
      Type.Object({
        reason: oneOf('undecodable', 'schema_invalid', 'unknown_ad', 'rejected_by_database'),
        count: count('Number of dead letters', 1),
      }),
      { description: 'Dead letters that were not replayed, by reason' },
    ),
    complete_through: orNull('string', {
      format: 'date-time',
      description:
        'Everything acknowledged before this time is in the numbers; null until every partition was read once',
      examples: ['2026-07-07T06:45:00.000Z'],
    }),
  },
  {
    title: 'Books',
    description: 'The ledger: the outcomes of all records that were read from the log',
    examples: [
      {
        balanced: true,
        off_by: 0,
        counted: 4000,
        duplicates: 12,
        conflicts: 0,
        dead_letters: 1,
        waiting_dead_letters: [{ reason: 'unknown_ad', count: 1 }],
        complete_through: '2026-07-07T06:45:00.000Z',
      },
    ],
  },
)

interface BooksOptions {
  readBooks(): Promise<StoredBooks>
  /** When given, a key with the scope `analytics:read` is required. */
  findKey?: FindKey | undefined
  onUnknownKey?: (request: FastifyRequest) => Promise<void>
}

export function booksRoute(app: App, { readBooks, findKey, onUnknownKey }: BooksOptions) {
  const read = shared(readBooks, 1000)
  app.get(
    '/health/books',
    {
      ...(findKey && { onRequest: requireScope(findKey, 'analytics:read', onUnknownKey) }),
      schema: {
        operationId: 'getBooks',
        tags: ['analytics'],
        summary: 'Check whether the ledger balances',
        security: readingSecurity(findKey),
        description: 'Sums of the ledger over all partitions, at most one second old.',
        response: {
          200: Books,
          ...problems('rate_limited', 'unauthorized', 'forbidden', 'internal_error', 'unavailable', 'overloaded'),
        },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store')
      const { complete_through, ...books } = await read()
      return { ...books, complete_through: complete_through?.toISOString() ?? null }
    },
  )
}

/** Calls within `ms` of each other share one result. */
function shared<T>(read: () => Promise<T>, ms: number): () => Promise<T> {
  let latest: { at: number; value: Promise<T> } | undefined
  return () => {
    if (!latest || Date.now() - latest.at > ms) {
      const value = read()
      latest = { at: Date.now(), value }
      value.catch(() => (latest = undefined))
    }
    return latest.value
  }
}
