import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { breakingChanges } from './breaking-changes.ts'
import type { Document } from './document.ts'
import { files } from './files.ts'
import { generate } from './generate.ts'

const usage = 'usage: npm run openapi [-- --check | --release]'
const values = readOptions()
if (values.help) {
  console.log(usage)
  process.exit(0)
}
const stale = await outOfDate()

if (values.check) {
  for (const [path] of stale) console.error(`${relative('.', path)} is out of date: run npm run openapi`)
  const broken = await breaking()
  for (const change of broken) console.error(`breaks clients, so it needs a new major version: ${change}`)
  process.exitCode = stale.length + broken.length > 0 ? 1 : 0
} else {
  for (const [path, text] of stale) await write(path, text)
  if (values.release) await write(files.released, await readFile(files.document, 'utf8'))
  console.log(stale.length === 0 ? 'nothing to do' : `wrote ${stale.map(([path]) => relative('.', path)).join(', ')}`)
}

function readOptions() {
  try {
    const options = {
      check: { type: 'boolean' },
      release: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    } as const
    return parseArgs({ options }).values
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`)
    process.exit(78)
  }
}

async function outOfDate(): Promise<[string, string][]> {
  const all = [...(await generate())]
  const current = await Promise.all(all.map(([path]) => readFile(path, 'utf8').catch(() => undefined)))
  return all.filter(([, text], index) => text !== current[index])
}

async function breaking(): Promise<string[]> {
  const [before, after] = await Promise.all(
    [files.released, files.document].map(async (file) => JSON.parse(await readFile(file, 'utf8')) as Document),
  )
  return breakingChanges(before!, after!)
}

async function write(path: string, text: string) {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}
