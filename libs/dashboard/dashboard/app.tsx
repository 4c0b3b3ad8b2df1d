import { useLocation } from './data/location.ts'
import { Ad } from './pages/ad.tsx'
import { EditAd, NewAd } from './pages/edit-ad.tsx'
import { FindEvent } from './pages/find-event.tsx'
import { ManageAds } from './pages/manage-ads.tsx'
import { NotFound } from './pages/not-found.tsx'
import { Overview } from './pages/overview.tsx'
import { System } from './pages/system.tsx'
import { Header } from './parts/header.tsx'

export function App() {
  const { pathname } = useLocation()
  return (
    <>
      <Header />
      {pageOf(pathname.replace(/(.)\/$/, '$1'))}
    </>
  )
}

// The paths are those that the gateway answers with this page.
function pageOf(path: string) {
  const [, folder, rest] = /^\/(\w+)\/(.+)$/.exec(path) ?? []
  const id = /^\d{1,10}$/.test(rest ?? '') ? Number(rest) : undefined
  if (path === '/') return <Overview key="overview" />
  if (path === '/event') return <FindEvent key="event" />
  if (path === '/system') return <System key="system" />
  if (path === '/manage') return <ManageAds key="manage" />
  if (path === '/manage/new') return <NewAd key="new" />
  if (folder === 'ad' && id) return <Ad key={path} id={id} />
  if (folder === 'manage' && id) return <EditAd key={path} id={id} />
  return <NotFound key="nothing" text={`There is no page at ${path}.`} />
}
