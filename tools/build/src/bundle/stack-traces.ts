import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'

/**
 * Makes stack traces name the sources of `filename`. Node would for a module, and read its whole map before it runs: a third
 * of a second and 75 MB. This reads it when the first error is shown.
 */
export function mapStackTraces(filename: string): void {
  let map: SourceMap | undefined
  Error.prepareStackTrace = (error, sites) =>
    [Error.prototype.toString.call(error), ...sites.map((site) => `    at ${textOf(site)}`)].join('\n')

  function textOf(site: NodeJS.CallSite): string {
    const line = site.getLineNumber()
    const column = site.getColumnNumber()
    if (site.getFileName() !== filename || line === null || column === null) return String(site)
    map ??= readMap(`${filename}.map`)
    const origin = map.findOrigin(line, column)
    if (!('fileName' in origin)) return String(site)
    return String(site).replace(
      `${filename}:${line}:${column}`,
      `${origin.fileName}:${origin.lineNumber}:${origin.columnNumber}`,
    )
  }
}

function readMap(file: string): SourceMap {
  try {
    return new SourceMap(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    // an error must not be lost because there is no map: places in the bundle are the best then
    return new SourceMap({ version: 3, file, sources: [], sourcesContent: [], names: [], mappings: '', sourceRoot: '' })
  }
}
