import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  customType,
  date,
  doublePrecision,
  inet,
  integer,
  json,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core'

// What the migrations make, in TypeScript. A test compares the two: change a table in a migration first, then here.

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
const uuidMultirange = customType<{ data: string }>({ dataType: () => 'uuidmultirange' })
const count = (name: string) => bigint(name, { mode: 'bigint' }).notNull()
const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' })
const bucket = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' }).notNull()
const eventType = () => text('type').$type<'click' | 'impression'>().notNull()
const now = sql`now()`

export const ads = pgTable('ads', {
  id: integer('id').generatedByDefaultAsIdentity().primaryKey(),
  name: text('name'),
  image_url: text('image_url').notNull(),
  target_url: text('target_url').notNull(),
  created_at: time('created_at').notNull().default(now),
  updated_at: time('updated_at').notNull().default(now),
  archived_at: time('archived_at'),
  campaign: text('campaign'),
  advertiser: text('advertiser'),
})

export const apiKeys = pgTable('api_keys', {
  id: integer('id').generatedAlwaysAsIdentity().primaryKey(),
  name: text('name').notNull(),
  sha256: text('sha256').notNull().unique(),
  scopes: text('scopes').array().notNull(),
  created_at: time('created_at').notNull().default(now),
  revoked_at: time('revoked_at'),
})

const payload = () => ({
  ad_id: integer('ad_id').notNull(),
  occurred_at: time('occurred_at').notNull(),
  received_at: time('received_at').notNull(),
  ip: inet('ip'),
  user_agent: text('user_agent'),
  playback_time: doublePrecision('playback_time'),
})

/** The user agent is in one of both columns. */
const stored = () => ({
  event_id: uuid('event_id').primaryKey(),
  ...payload(),
  user_agent_id: integer('user_agent_id'),
})

export const clicks = pgTable('clicks', stored())
export const impressions = pgTable('impressions', stored())
export const clicksUndated = pgTable('clicks_undated', stored())
export const impressionsUndated = pgTable('impressions_undated', stored())

export const userAgents = pgTable('user_agents', {
  id: integer('id').generatedAlwaysAsIdentity().primaryKey(),
  user_agent: text('user_agent').notNull(),
  last_used_on: date('last_used_on').notNull(),
})

export const userAgentLimit = pgTable('user_agent_limit', {
  singleton: boolean('singleton').primaryKey().default(true),
  most: integer('most').notNull().default(100_000),
  entries: integer('entries').notNull().default(0),
})

const events = () => text('events').$type<'clicks' | 'impressions'>()

export const eventDays = pgTable(
  'event_days',
  {
    events: events().notNull(),
    day: date('day').notNull(),
    closed_at: time('closed_at'),
    pages_read: count('pages_read').default(0n),
  },
  (table) => [primaryKey({ columns: [table.events, table.day] })],
)

export const eventPlaces = pgTable('event_places', {
  events: events().primaryKey(),
  open_ids: uuidMultirange('open_ids').notNull(),
  plain_ids: uuidMultirange('plain_ids').notNull(),
})

const stats = () => ({ shard: smallint('shard').notNull(), clicks: count('clicks'), impressions: count('impressions') })
const adId = () => integer('ad_id').notNull()

export const adMinuteStats = pgTable(
  'ad_minute_stats',
  { ad_id: adId(), minute: bucket('minute'), ...stats() },
  (table) => [primaryKey({ columns: [table.minute, table.ad_id, table.shard] })],
)
export const adHourStats = pgTable('ad_hour_stats', { ad_id: adId(), hour: bucket('hour'), ...stats() }, (table) => [
  primaryKey({ columns: [table.hour, table.ad_id, table.shard] }),
])
export const adDayStats = pgTable('ad_day_stats', { ad_id: adId(), day: bucket('day'), ...stats() }, (table) => [
  primaryKey({ columns: [table.day, table.ad_id, table.shard] }),
])
export const adTotals = pgTable('ad_totals', { ad_id: adId(), ...stats() }, (table) => [
  primaryKey({ columns: [table.ad_id, table.shard] }),
])

export const rollupDeltas = pgTable('rollup_deltas', {
  id: bigint('id', { mode: 'bigint' }).generatedAlwaysAsIdentity().primaryKey(),
  created_at: bucket('created_at').defaultNow(),
  folded_at: timestamp('folded_at', { withTimezone: true, mode: 'date' }),
  entries: integer('entries').notNull(),
  ads: integer('ads').array().notNull(),
  minutes: integer('minutes').array().notNull(),
  clicks: integer('clicks').array().notNull(),
  impressions: integer('impressions').array().notNull(),
})

export const ledger = pgTable(
  'ledger',
  {
    topic: text('topic').notNull(),
    partition: integer('partition').notNull(),
    first_offset: count('first_offset').default(0n),
    next_offset: count('next_offset').default(0n),
    counted: count('counted').default(0n),
    duplicates: count('duplicates').default(0n),
    conflicts: count('conflicts').default(0n),
    dead_letters: count('dead_letters').default(0n),
    recovered: count('recovered').default(0n),
    complete_through: time('complete_through'),
  },
  (table) => [primaryKey({ columns: [table.topic, table.partition] })],
)

export const closedBooks = pgTable('closed_books', {
  id: integer('id').generatedAlwaysAsIdentity().primaryKey(),
  topic: text('topic').notNull(),
  partition: integer('partition').notNull(),
  first_offset: count('first_offset'),
  next_offset: count('next_offset'),
  counted: count('counted'),
  duplicates: count('duplicates'),
  conflicts: count('conflicts'),
  dead_letters: count('dead_letters'),
  recovered: count('recovered'),
  complete_through: time('complete_through'),
  cause: text('cause').$type<'gap' | 'recreated'>().notNull(),
  missing: count('missing'),
  reopened_at: count('reopened_at'),
  reason: text('reason').notNull(),
  closed_by: text('closed_by')
    .notNull()
    .default(sql`session_user`),
  closed_at: time('closed_at').notNull().default(now),
})

const position = () => ({
  topic: text('topic').notNull(),
  partition: integer('partition').notNull(),
  offset: count('offset'),
})

export const deadLetters = pgTable(
  'dead_letters',
  {
    ...position(),
    type: eventType(),
    reason: text('reason').$type<'undecodable' | 'schema_invalid' | 'unknown_ad' | 'rejected_by_database'>().notNull(),
    detail: text('detail').notNull(),
    event_id: uuid('event_id'),
    key: bytea('key'),
    value: bytea('value'),
    headers: json('headers').$type<Record<string, string>>().notNull(),
    arrived_at: time('arrived_at').notNull(),
    replayed_at: time('replayed_at'),
    repeats: count('repeats').default(0n),
  },
  (table) => [primaryKey({ columns: [table.topic, table.partition, table.offset] })],
)

export const eventConflicts = pgTable(
  'event_conflicts',
  { ...position(), type: eventType(), event_id: uuid('event_id').notNull(), ...payload() },
  (table) => [primaryKey({ columns: [table.topic, table.partition, table.offset] })],
)

export const eventRepeats = pgTable(
  'event_repeats',
  {
    type: eventType(),
    event_id: uuid('event_id').notNull(),
    duplicates: count('duplicates'),
    conflicts: count('conflicts'),
    last_received_at: time('last_received_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.type, table.event_id] })],
)

export const sweeps = pgTable('sweeps', {
  target: text('target').primaryKey(),
  began_at: time('began_at')
    .notNull()
    .default(sql`'-infinity'`),
  pages_read: count('pages_read').default(0n),
})

export const retention = pgTable('retention', {
  singleton: boolean('singleton').primaryKey().default(true),
  raw_days: integer('raw_days').notNull().default(90),
  dead_letter_days: integer('dead_letter_days').notNull().default(30),
  days_ahead: integer('days_ahead').notNull().default(7),
  removed_before: time('removed_before'),
  hour_days: integer('hour_days').notNull().default(730),
  minutes_removed_before: time('minutes_removed_before'),
  hours_removed_before: time('hours_removed_before'),
})

export const catalogueVersion = pgTable('catalogue_version', {
  singleton: boolean('singleton').primaryKey().default(true),
  version: count('version').default(0n),
})

export const schemaMigrations = pgTable('schema_migrations', {
  version: integer('version').primaryKey(),
  name: text('name').notNull(),
  sha256: text('sha256').notNull(),
  applied_at: time('applied_at').notNull().default(now),
})

export const schemaFunctions = pgTable('schema_functions', {
  name: text('name').primaryKey(),
  sha256: text('sha256').notNull(),
  applied_at: time('applied_at').notNull().default(now),
})

export const groupMembers = pgTable('group_members', {
  id: integer('id').generatedByDefaultAsIdentity().primaryKey(),
  group_id: text('group_id').notNull(),
  member_id: text('member_id').notNull(),
})
