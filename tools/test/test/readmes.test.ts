import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { workspace } from '@ads-tracker/local-servers'
import { expect, it } from 'vitest'

const readmes = globSync(['*.md', '{apps,libs,tools,docker}/**/*.md'], {
  cwd: workspace,
  exclude: (name) => /node_modules|dist$/.test(name),
})

it.each(readmes)('%s names no file or folder that is gone', (file) => {
  const text = readFileSync(join(workspace, file), 'utf8')
  const linked = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)/g)].map(([, path = '']) =>
    join(workspace, dirname(file), path),
  )
  const named = [...text.matchAll(/`((?:apps|libs|tools|docker)\/[\w./-]+)`/g)].map(([, path = '']) =>
    join(workspace, path),
  )
  const built = /\/(dist|node_modules)(\/|$)/
  expect([...linked, ...named].filter((path) => !built.test(path) && !existsSync(path))).toEqual([])
})
