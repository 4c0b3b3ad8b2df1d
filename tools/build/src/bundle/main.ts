import { relative } from 'node:path'
import { bundle, workspace } from './bundle.ts'

const limit = 3 * 1024 * 1024
const projects = process.argv.slice(2)
if (projects.length === 0) {
  console.error('usage: node tools/build/src/bundle/main.ts PROJECT... (such as apps/ads-api)')
  process.exit(78)
}

for (const project of projects) {
  const start = performance.now()
  const { main, bytes } = await bundle(project)
  console.log(
    `${relative(workspace, main)}  ${(bytes / 1024 / 1024).toFixed(2)} MiB in ${Math.round(performance.now() - start)} ms`,
  )
  if (bytes > limit) {
    console.error(`${project}: the bundle is larger than 3 MiB: see what came in with esbuild's metafile`)
    process.exitCode = 1
  }
}
