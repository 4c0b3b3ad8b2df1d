import { Link } from '../parts/link.tsx'
import { Page } from '../parts/page.tsx'

export function NotFound({ text }: { text: string }) {
  return (
    <Page title="Not found">
      <section class="card empty">
        <p>{text}</p>
        <p>
          <Link class="button" href="/">
            See all ads
          </Link>
        </p>
      </section>
    </Page>
  )
}
