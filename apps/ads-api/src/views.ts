import type { AdFilter, AdLabels } from '@ads-tracker/data'
import type { Answer } from './answer.ts'
import { csvOf } from './csv.ts'
import { type Labels, passes } from './labels.ts'
import { type Payload, payloadOf } from './payload.ts'
import type { TableFormat } from './table-format.ts'

export const labelFields = ['name', 'campaign', 'advertiser', 'image_url', 'target_url'] as const
export type LabelField = (typeof labelFields)[number]

export interface View {
  filter?: AdFilter | undefined
  fields: LabelField[]
  format: TableFormat
}

const perPayload = 32
const unknown: Partial<AdLabels> = {}
// As long as the numbers stay, so does their payload, and with it what was made of them.
const made = new WeakMap<Payload, Map<string, Payload>>()

/** A part of an answer, with fields of the ads or as CSV. Made once for all who ask for the same while the numbers stay. */
export function viewOf(answer: Answer, labels: Labels, view: View): Payload {
  const views = made.get(answer.payload) ?? new Map<string, Payload>()
  made.set(answer.payload, views)
  const key = JSON.stringify([String(labels.catalogue), view])
  const known = views.get(key)
  if (known) return known
  if (views.size >= perPayload) views.delete(views.keys().next().value!)
  const payload = payloadOf(view.format === 'csv' ? csv(answer, labels, view) : json(answer, labels, view))
  views.set(key, payload)
  return payload
}

function json(answer: Answer, labels: Labels, { filter, fields }: View): string {
  const isWanted = filter ? passes(filter, labels) : () => true
  const texts = answer.rows.flatMap(({ ad_id }, index) => {
    if (!isWanted(ad_id)) return []
    const ad = labels.byId.get(ad_id) ?? unknown
    const more = fields.map((field) => `,"${field}":${JSON.stringify(ad[field] ?? null)}`).join('')
    return [`${answer.texts[index]!.slice(0, -1)}${more}}`]
  })
  return `[${texts.join(',')}]`
}

function csv(answer: Answer, labels: Labels, { filter, fields }: View): string {
  const isWanted = filter ? passes(filter, labels) : () => true
  const rows = answer.rows.filter(({ ad_id }) => isWanted(ad_id))
  const columns = ['ad_id', ...fields, 'clicks', 'impressions', 'ctr'] as const
  return csvOf(
    columns,
    rows.map((row) => ({ ...(fields.length > 0 && labels.byId.get(row.ad_id)), ...row })),
  )
}
