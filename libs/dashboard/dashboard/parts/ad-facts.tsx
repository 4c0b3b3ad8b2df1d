import type { Ad } from '@ads-tracker/sdk'
import { formatTime, none } from '../data/format.ts'
import { Link } from './link.tsx'

/** What the ad is. Its image and its target are elsewhere: they are links, and nothing is loaded from there. */
export function AdFacts({ ad }: { ad: Ad }) {
  return (
    <section class="card" aria-labelledby="facts">
      <div class="card-head">
        <h2 id="facts">The ad</h2>
        <Link href={`/manage/${ad.id}`}>Edit</Link>
      </div>
      <dl class="facts">
        <div>
          <dt>Id</dt>
          <dd>{ad.id}</dd>
        </div>
        <div>
          <dt>Advertiser</dt>
          <dd>{ad.advertiser ?? none}</dd>
        </div>
        <div>
          <dt>Campaign</dt>
          <dd>{ad.campaign ?? none}</dd>
        </div>
        <div>
          <dt>Leads to</dt>
          <dd>
            <Outside url={ad.target_url} />
          </dd>
        </div>
        <div>
          <dt>Image</dt>
          <dd>
            <Outside url={ad.image_url} />
          </dd>
        </div>
        <div>
          <dt>Created</dt>
          <dd>{formatTime(new Date(ad.created_at))}</dd>
        </div>
      </dl>
    </section>
  )
}

function Outside({ url }: { url: string }) {
  return (
    <a href={url} target="_blank" rel="noopener noreferrer">
      {url.replace(/^https?:\/\//, '')}
    </a>
  )
}
