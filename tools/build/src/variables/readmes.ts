import { join } from 'node:path'
import { Config as AdsApi } from '@ads-tracker/ads-api/config'
import { Config as ClickIngest } from '@ads-tracker/click-ingest/config'
import { Config as ClickWriter } from '@ads-tracker/click-writer/config'
import { workspace } from '@ads-tracker/local-servers'
import { Config as Gateway } from '@ads-tracker/stack/gateway/config'
import type { TObject } from '@sinclair/typebox'

const tables: { file: string; schema: TObject }[] = [
  { file: 'apps/ads-api/README.md', schema: AdsApi },
  { file: 'apps/click-ingest/README.md', schema: ClickIngest },
  { file: 'apps/click-writer/README.md', schema: ClickWriter },
  { file: 'tools/stack/src/gateway/README.md', schema: Gateway },
]

/** The READMEs that have a table of variables, and the schema that each is made from. */
export const readmes = tables.map((table) => ({ ...table, path: join(workspace, table.file) }))
