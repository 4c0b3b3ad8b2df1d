import { readAd } from '../data/api.ts'
import { useResource } from '../data/resource.ts'
import { titleOf, totalOf } from '../data/rows.ts'
import { usePeriodNumbers } from '../data/use-numbers.ts'
import { useView } from '../data/use-view.ts'
import { writeView } from '../data/view.ts'
import { AdFacts } from '../parts/ad-facts.tsx'
import { Controls } from '../parts/controls.tsx'
import { Exports } from '../parts/exports.tsx'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { Glossary } from '../parts/glossary.tsx'
import { Link } from '../parts/link.tsx'
import { Loading } from '../parts/loading.tsx'
import { Mistakes } from '../parts/mistakes.tsx'
import { Notice } from '../parts/notice.tsx'
import { NumbersCard } from '../parts/numbers-card.tsx'
import { Page } from '../parts/page.tsx'
import { Tag } from '../parts/tag.tsx'
import { NotFound } from './not-found.tsx'

/** How one ad is doing. */
export function Ad({ id }: { id: number }) {
  const shown = useView()
  const { view, period, show } = shown
  const numbers = usePeriodNumbers(shown, { ad_id: id })
  const ad = useResource(`ad ${id}`, (signal) => readAd(id, signal))
  const rows = numbers.now.value?.rows
  const isGone = ad.failure?.kind === 'not-found'
  if (isGone && rows?.length === 0)
    return <NotFound text={`Ad ${id} does not exist. It may have been archived before it had events.`} />
  const before = view.compare ? numbers.before.value?.rows : undefined
  const failure = [numbers.now, numbers.series, ad]
    .map(({ failure }) => failure)
    .find((each) => each && each.kind !== 'not-found')
  const title = titleOf({ ad_id: id, name: ad.value?.name ?? rows?.[0]?.name })
  return (
    <Page title={title} aside={<Controls view={view} period={period} show={show} />}>
      <p class="crumbs">
        <Link href={`/${writeView(view)}`}>← All ads</Link>
      </p>
      <Mistakes sentences={shown.mistakes} />
      {isGone && <Notice>This ad is archived: it is no longer listed, and its events still count.</Notice>}
      {failure && (
        <FailureNotice
          failure={failure}
          since={numbers.now.at}
          zone={view.zone}
          retry={() => [numbers.now, numbers.before, numbers.series, ad].forEach(({ retry }) => retry())}
        />
      )}
      {rows ? (
        <NumbersCard shown={shown} numbers={numbers} now={totalOf(rows)} before={before && totalOf(before)} />
      ) : (
        !failure && <Loading />
      )}
      <div class="columns">
        {ad.value && <AdFacts ad={ad.value} />}
        {!isGone && <Tag id={id} />}
        <Exports day={period.to - 1} />
      </div>
      <Glossary names={['Impressions', 'Clicks', 'CTR', 'Change', 'Points', 'Archived']} />
    </Page>
  )
}
