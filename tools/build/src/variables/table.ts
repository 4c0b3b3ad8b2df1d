import type { TObject, TSchema } from '@sinclair/typebox'
import { format } from 'prettier'

const begin = '<!-- npm run variables writes this table -->'
const end = '<!-- end of the table -->'

/** `readme` with the table between its two marks generated from `schema`. */
export async function withVariables(readme: string, schema: TObject): Promise<string> {
  const [before, rest] = splitOnce(readme, begin)
  const [, after] = splitOnce(rest, end)
  return `${before}${begin}\n\n${await tableOf(schema)}\n${end}${after}`
}

function tableOf(schema: TObject): Promise<string> {
  const rows = Object.entries(schema.properties).map(
    ([name, property]) => `| \`${name}\` | ${defaultOf(name, property, schema)} | ${meaningOf(name, property)} |`,
  )
  return format(['| variable | default | |', '| --- | --- | --- |', ...rows].join('\n'), { parser: 'markdown' })
}

function defaultOf(name: string, property: TSchema, schema: TObject): string {
  const value: unknown = property.default
  if (value === undefined) return schema.required?.includes(name) ? 'required' : ''
  if (value === '') return ''
  if (name.endsWith('_BYTES') && Number(value) % 2 ** 20 === 0) return `${Number(value) / 2 ** 20} MiB`
  return `\`${value}\``
}

function meaningOf(name: string, property: TSchema): string {
  const { description = '', minimum, maximum, secret } = property
  const range = maximum !== undefined ? ` (${minimum ?? 0} to ${maximum})` : minimum > 1 ? ` (${minimum} or more)` : ''
  const file = secret ? `; \`${name}_FILE\` names a file that has it` : ''
  return `${description.replaceAll('|', '\\|').replaceAll('*', '\\*')}${range}${file}`
}

function splitOnce(text: string, mark: string): [string, string] {
  const parts = text.split(mark)
  if (parts.length !== 2) throw new Error(`a README with a table of variables has the line ${mark} exactly once`)
  return parts as [string, string]
}
