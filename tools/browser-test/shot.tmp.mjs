import { chromium } from 'playwright-core'
const [,, pages='/', widths='1440', schemes='light', wait='1500'] = process.argv
const browser = await chromium.launch({ executablePath:'/usr/bin/chromium', args:['--no-sandbox','--disable-gpu'] })
for (const scheme of schemes.split(',')) for (const width of widths.split(',')) for (const path of pages.split('|')) {
  const context = await browser.newContext({ viewport:{width:+width,height: width==='390'?844:900}, colorScheme: scheme, timezoneId:'Europe/Berlin' })
  const page = await context.newPage()
  let n=0; const reqs=[]
  page.on('request', r=>reqs.push(r.url().replace('http://localhost:18080','').slice(0,90)))
  page.on('console', m=>['error','warning'].includes(m.type())&&console.log('console',m.text()))
  page.on('pageerror', e=>console.log('pageerror',e.message))
  await page.goto('http://localhost:18080'+path); 
  await page.waitForTimeout(+wait)
  const t=await page.evaluate(()=>document.documentElement.scrollWidth>innerWidth?'OVERFLOW '+document.documentElement.scrollWidth:'')
  const name=`/tmp/dash/${(path.split('?')[0].replaceAll('/','_')||'_')}-${width}-${scheme}.png`
  await page.screenshot({ path:name, fullPage: process.env.FULL==='1' })
  console.log(name, page.url(), reqs.length, t); if(process.env.REQS) console.log(reqs.join('\n'))
  await context.close()
}
await browser.close()
