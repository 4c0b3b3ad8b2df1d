import { type TermName, terms } from '../data/terms.ts'

/** The words of a page, each with one line. */
export function Glossary({ names }: { names: TermName[] }) {
  return (
    <details class="glossary">
      <summary>What the words mean</summary>
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
