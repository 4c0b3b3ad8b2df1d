import { Link } from './link.tsx'
import { Notice } from './notice.tsx'

/** What of a link could not be used, and the way on. */
export function Mistakes({ sentences }: { sentences: string[] }) {
  if (sentences.length === 0) return null
  return (
    <Notice kind="problem">
      {sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <Link class="button" href={location.pathname}>
        Clear the link
      </Link>
    </Notice>
  )
}
