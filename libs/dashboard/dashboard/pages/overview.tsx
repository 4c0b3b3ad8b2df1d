import { AdsCard } from '../parts/ads-card.tsx'
import { Controls } from '../parts/controls.tsx'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { Glossary } from '../parts/glossary.tsx'
import { Later } from '../parts/later.tsx'
import { Link } from '../parts/link.tsx'
import { Loading } from '../parts/loading.tsx'
import { Mistakes } from '../parts/mistakes.tsx'
import { NumbersCard } from '../parts/numbers-card.tsx'
import { Page } from '../parts/page.tsx'
import { filterOf } from '../data/questions.ts'
import { filterRows, totalOf } from '../data/rows.ts'
import { usePeriodNumbers } from '../data/use-numbers.ts'
import { useView } from '../data/use-view.ts'
import { writeView } from '../data/view.ts'

/** How all ads are doing. */
export function Overview() {
  const shown = useView()
  const { view, period, show } = shown
  const { campaign, advertiser } = view
  const numbers = usePeriodNumbers(shown, filterOf(view))
  const failure = numbers.now.failure ?? numbers.series.failure
  const rows = numbers.now.value?.rows
  const ofPeriod = { search: '', campaign, advertiser }
  const now = rows && totalOf(filterRows(rows, ofPeriod))
  const before = view.compare ? numbers.before.value?.rows : undefined
  const isEmpty = now && now.impressions + now.clicks === 0
  return (
    <Page title="Overview" aside={<Controls view={view} period={period} show={show} />}>
      <Mistakes sentences={mistakesOf(shown.mistakes, numbers.series.failure)} />
      {failure && failure.kind !== 'refused' && (
        <FailureNotice
          failure={failure}
          since={numbers.now.at}
          zone={view.zone}
          retry={() => [numbers.now, numbers.before, numbers.series].forEach(({ retry }) => retry())}
        />
      )}
      {rows?.length === 0 ? (
        <NoAds />
      ) : rows ? (
        <>
          {isEmpty && (
            <p class="notice info" role="status">
              No impressions and no clicks in this period.{' '}
              {view.period !== '30d' && <Link href={writeView({ ...view, period: '30d' })}>Show the last 30 days</Link>}
            </p>
          )}
          <NumbersCard shown={shown} numbers={numbers} now={now} before={before && totalOf(before)} />
          <Later>
            <AdsCard shown={shown} rows={rows} before={before} />
          </Later>
          <Glossary names={['Impressions', 'Clicks', 'CTR', 'Change', 'Points', 'Complete up to']} />
        </>
      ) : (
        !failure && <Loading />
      )}
    </Page>
  )
}

function NoAds() {
  return (
    <section class="card empty">
      <h2>No ads yet</h2>
      <p>Create the first one, paste its tag into a page, and its numbers appear here.</p>
      <Link class="button primary" href="/manage/new">
        Create an ad
      </Link>
    </section>
  )
}

const mistakesOf = (sentences: string[], failure: { kind: string; message: string } | undefined): string[] =>
  failure?.kind === 'refused' ? [...sentences, failure.message] : sentences
