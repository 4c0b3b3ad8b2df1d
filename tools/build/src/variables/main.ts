import { readFile, writeFile } from 'node:fs/promises'
import { readmes } from './readmes.ts'
import { withVariables } from './table.ts'

for (const { file, path, schema } of readmes) {
  const before = await readFile(path, 'utf8')
  const after = await withVariables(before, schema)
  if (after === before) continue
  await writeFile(path, after)
  console.log(`wrote ${file}`)
}
