import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'vite'

export type Files = Map<string, string | Buffer>

const root = fileURLToPath(new URL('..', import.meta.url))
const pages = ['index.html', 'demo/index.html', 'docs/index.html']
const early = `${root}dashboard/data/early.ts`

/** Builds the pages, and what they load under names that change with the content. `fill` replaces `{{name}}` in the HTML. */
export async function bundlePages(fill: Record<string, string>): Promise<Files> {
  const built = await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    plugins: [filling(fill), loadEarly()],
    build: {
      write: false,
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: [early, ...pages.map((page) => root + page)], checks: { pluginTimings: false } },
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

// Vite makes one script of all those of a page: this one is put in afterwards, so that it need not wait for the others.
function loadEarly(): Plugin {
  return {
    name: 'early',
    transformIndexHtml: {
      order: 'post',
      handler(html, { path, bundle }) {
        if (path !== '/index.html') return html
        const script = Object.values(bundle!).find((file) => file.type === 'chunk' && file.moduleIds.includes(early))!
        return html.replace(
          '<script ',
          `<script type="module" async crossorigin src="/${script.fileName}"></script>\n    $&`,
        )
      },
    },
    // the script is named by the page: nothing imports it as an entry
    generateBundle(_options, bundle) {
      for (const [name, file] of Object.entries(bundle))
        if (file.type === 'chunk' && file.facadeModuleId === early && file.moduleIds.length === 0) delete bundle[name]
    },
  }
}
