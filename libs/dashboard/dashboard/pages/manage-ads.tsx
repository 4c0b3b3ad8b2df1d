import type { Ad } from '@ads-tracker/sdk'
import { useState } from 'preact/hooks'
import { readAds } from '../data/api.ts'
import { formatCount, formatTime } from '../data/format.ts'
import { useResource } from '../data/resource.ts'
import { titleOf } from '../data/rows.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { Glossary } from '../parts/glossary.tsx'
import { Link } from '../parts/link.tsx'
import { Loading } from '../parts/loading.tsx'
import { Page } from '../parts/page.tsx'
import { Thumbnail } from '../parts/thumbnail.tsx'

const step = 50

/** The live ads, to change them. */
export function ManageAds() {
  const ads = useResource('ads', readAds, { everyMs: 30_000 })
  const create = (
    <Link class="button primary" href="/manage/new">
      Create an ad
    </Link>
  )
  return (
    <Page title="Ads" aside={create}>
      {ads.failure && <FailureNotice failure={ads.failure} retry={ads.retry} since={ads.at} />}
      {ads.value ? <List ads={ads.value} /> : !ads.failure && <Loading />}
      <Glossary names={['Archived', 'API key']} />
    </Page>
  )
}

function List({ ads }: { ads: Ad[] }) {
  const [search, setSearch] = useState('')
  const [count, setCount] = useState(step)
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const found = ads.filter((ad) =>
    words.every((word) => `${titleOf({ ...ad, ad_id: ad.id })} ${ad.id}`.toLowerCase().includes(word)),
  )
  if (ads.length === 0)
    return (
      <section class="card empty">
        <h2>No ads yet</h2>
        <p>Create the first one, and paste its tag into a page.</p>
      </section>
    )
  return (
    <section class="card" aria-label="Live ads">
      <div class="card-head tools">
        <h2>{formatCount(ads.length)} live</h2>
        <label class="search">
          <span class="unseen">Search the ads</span>
          <input
            type="search"
            placeholder="Search"
            value={search}
            onInput={({ currentTarget }) => setSearch(currentTarget.value)}
          />
        </label>
      </div>
      <table class="ads manage">
        <thead>
          <tr>
            <th scope="col">Ad</th>
            <th scope="col" class="wide">
              Leads to
            </th>
            <th scope="col" class="wide">
              Changed
            </th>
            <th scope="col">
              <span class="unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {found.slice(0, count).map((ad) => (
            <Row key={ad.id} ad={ad} />
          ))}
        </tbody>
      </table>
      {found.length === 0 && <p class="empty">No ad matches.</p>}
      {found.length > count && (
        <p class="more">
          <button type="button" onClick={() => setCount(count + 4 * step)}>
            Show more
          </button>
        </p>
      )}
    </section>
  )
}

function Row({ ad }: { ad: Ad }) {
  const title = titleOf({ ...ad, ad_id: ad.id })
  return (
    <tr>
      <th scope="row">
        <Link class="ad-name" href={`/ad/${ad.id}`}>
          <Thumbnail id={ad.id} title={title} image={ad.image_url} />
          <span>
            <span class="title">{title}</span>
            <span class="muted about">{[`Ad ${ad.id}`, ad.advertiser, ad.campaign].filter(Boolean).join(' · ')}</span>
          </span>
        </Link>
      </th>
      <td class="wide text">{ad.target_url.replace(/^https?:\/\//, '')}</td>
      <td class="wide">{formatTime(new Date(ad.updated_at))}</td>
      <td>
        <Link href={`/manage/${ad.id}`} aria-label={`Edit ${title}`}>
          Edit
        </Link>
      </td>
    </tr>
  )
}
