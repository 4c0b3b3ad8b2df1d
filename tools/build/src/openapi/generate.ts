import { readFile } from 'node:fs/promises'
import openapiTypes, { astToString } from 'openapi-typescript'
import type { Document } from './document.ts'
import { files } from './files.ts'
import { merge } from './merge.ts'
import { readDocuments } from './read-documents.ts'
import { requestSchemas } from './request-schemas.ts'

const header = '// Made by `npm run openapi`: do not edit.\n'

/** Every file that follows from the code of the apps, by path. */
export async function generate(): Promise<Map<string, string>> {
  const { version } = JSON.parse(await readFile(files.sdkPackage, 'utf8')) as { version: string }
  const document = merge(await readDocuments(), version)
  return new Map([
    [files.document, toJson(document)],
    [files.types, header + (await typesOf(document))],
    [
      files.requests,
      `${header}export const requests = ${JSON.stringify(requestSchemas(document), null, 2)} as const\n`,
    ],
  ])
}

const toJson = (document: Document) => `${JSON.stringify(document, null, 2)}\n`

async function typesOf(document: Document): Promise<string> {
  // openapi-typescript writes into what it is given
  return astToString(
    await openapiTypes(structuredClone(document) as never, { defaultNonNullable: false, silent: true } as never),
  )
}
