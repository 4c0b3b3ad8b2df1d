import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'vite'

export type Files = Map<string, string | Buffer>

const root = fileURLToPath(new URL('..', import.meta.url))
const pages = ['index.html', 'demo/index.html', 'docs/index.html']

/** Builds the pages, and what they load under names that change with the content. `fill` replaces `{{name}}` in the HTML. */
export async function bundlePages(fill: Record<string, string>): Promise<Files> {
  const built = await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    plugins: [filling(fill)],
    build: {
      write: false,
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: pages.map((page) => root + page), checks: { pluginTimings: false } },
    },
  })
  const { output } = built as Extract<typeof built, { output: unknown }>
  return new Map(output.map((file) => [file.fileName, file.type === 'chunk' ? file.code : Buffer.from(file.source)]))
}

function filling(fill: Record<string, string>): Plugin {
  return {
    name: 'fill',
    transformIndexHtml: {
      order: 'pre',
      handler: (html) => html.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => fill[name] ?? ''),
    },
  }
}
