import { resolve } from 'node:path'
import { buildPages } from './build-pages.ts'

const folder = resolve(process.argv[2] ?? 'libs/dashboard/dist/site')
const files = await buildPages(folder)
console.log(`${files.length} files of the pages in ${folder}`)
