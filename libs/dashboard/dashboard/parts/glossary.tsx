import { type TermName, terms } from '../data/terms.ts'

/** The words of a page, each with one line. */
export function Glossary({ names }: { names: TermName[] }) {
  return (
    <details class="glossary">
      <summary>Glossary</summary>
      <dl>
        {names.map((name) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{terms[name]}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
