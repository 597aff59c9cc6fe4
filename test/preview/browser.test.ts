/**
 * The page in a headless Chromium, on an embedded server filled from samples/: every dashboard opens, every panel draws,
 * nothing goes wrong in the console, and zoom, variables, Explore, the live tail and the trace page work.
 * Screenshots: .longship/screenshots.
 */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { FOLLOWED_ID } from '../../shipper/demo/examples.ts'
import { type Chromium, findChromium, startChromium, type Tab } from './chromium.ts'
import { hostileStream, openSite, type Site } from './site.ts'

const SHOTS = '.longship/screenshots'
const WIDE = { width: 1280, height: 900 }
const PHONE = { width: 390, height: 844, isMobile: true }

const program = findChromium()
const NOTICE = 'no Chromium is installed, so nobody looked at the preview page: apt-get install chromium'
if (program === undefined) console.error(`\n*** SKIPPED: ${NOTICE} ***\n`)

interface Board {
  readonly uid: string
  readonly panels: readonly { readonly type: string }[]
}

const boards = readdirSync('grafana/dashboards').map(
  (name) => JSON.parse(readFileSync(`grafana/dashboards/${name}`, 'utf8')) as Board,
)

/** What a panel shows, as the page says it. */
interface Shown {
  readonly title: string
  readonly type: string
  readonly state: string
  readonly text: string
  /** Elements that a panel of its type is made of; a canvas counts when something is painted on it. */
  readonly parts: number
}

describe('the preview page', { skip: program === undefined ? NOTICE : false, concurrency: false }, () => {
  let site: Site
  let chromium: Chromium

  before(async () => {
    mkdirSync(SHOTS, { recursive: true })
    site = await openSite()
    chromium = await startChromium(program!)
  })
  after(async () => {
    await chromium?.close()
    await site?.close()
  })

  /** A tab that asks nothing of other machines, and in which nothing goes wrong. */
  async function visit(
    path: string,
    run: (tab: Tab) => Promise<void>,
    { size = WIDE, theme = 'light' as 'light' | 'dark' } = {},
  ) {
    const tab = await chromium.tab(size)
    await tab.prefer(theme)
    await tab.open(site.url + path)
    try {
      await run(tab)
    } catch (error) {
      throw new Error(`${(error as Error).message}\nin the console: ${tab.errors.join('; ') || 'nothing'}`, {
        cause: error,
      })
    }
    // An interface of the machine came or went, as containers make them: the page asks again.
    const errors = tab.errors.filter((error) => !error.includes('net::ERR_NETWORK_CHANGED'))
    assert.deepEqual(errors, [])
    assert.deepEqual(
      tab.requests.filter((url) => !url.startsWith(`${site.url}/`) && !url.startsWith('about:')),
      [],
    )
    await tab.close()
  }

  test('the start page lists the dashboards; the pictures of the README', async () => {
    await visit('/', async (tab) => {
      await tab.until(`document.querySelectorAll('.boards li').length >= ${boards.length + 2}`)
      await tab.screenshot(`${SHOTS}/home.png`)
    })
    // The samples' first minute holds far more lines than any other.
    await visit('/d/longship-overview?from=1777982520000&to=1777985430000', async (tab) => {
      await settled(tab)
      await tab.screenshot(`${SHOTS}/readme-overview.png`)
    })
  })

  for (const { uid, panels } of boards) {
    test(`${uid}: every panel draws`, async () => {
      await visit(`/d/${uid}?${site.range}${uid === 'longship-trace' ? `&var-id=${FOLLOWED_ID}` : ''}`, async (tab) => {
        const shown = await settled(tab)
        assert.equal(shown.length, panels.filter(({ type }) => type !== 'row').length)
        for (const { title, type, state, text, parts } of shown) {
          assert.ok(state === 'drawn' || state === 'empty', `${title} is ${state}: ${text}`)
          if (state === 'drawn') assert.ok(parts > 0, `${title} (${type}) is drawn, but there is nothing to see`)
          else assert.notEqual(text, '', `${title} does not say why it is empty`)
        }
        const drawn = shown.filter(({ state }) => state === 'drawn').length
        assert.ok(drawn >= shown.length * 0.6, `only ${drawn} of ${shown.length} panels found something`)
        await tab.screenshot(`${SHOTS}/${uid}.png`, true)
      })
    })
  }

  test('kinds of panels that the house does not use draw too, and hostile lines stay text', async () => {
    site.push([hostileStream()])
    await visit('/d/kinds', async (tab) => {
      const shown = await settled(tab)
      const states = new Map(shown.map(({ title, state }) => [title, state]))
      assert.equal(states.get('Wrong query'), 'error')
      assert.equal(states.get('Unknown kind'), 'empty')
      for (const [title, state] of states)
        if (!['Wrong query', 'Unknown kind'].includes(title)) assert.equal(state, 'drawn', title)
      assert.deepEqual(
        shown.filter(({ title }) => title.startsWith('Repeated')).map(({ title }) => title),
        ['Repeated: info', 'Repeated: error'],
      )
      await tab.evaluate(`[...document.querySelectorAll('.panel-logs .line')].forEach((line) => line.click())`)
      await tab.until(`document.querySelectorAll('.details').length === 4`)
      await tab.screenshot(`${SHOTS}/kinds.png`, true)
      assert.equal(await tab.evaluate('window.hurt ?? 0'), 0)
      assert.deepEqual(
        await tab.evaluate(
          `[...document.querySelectorAll('main img, main script, main b img, main h1 ~ h1, main svg[onload]')].length`,
        ),
        0,
      )
      const links = await tab.evaluate<string[]>(
        `[...document.querySelectorAll('a')].map((link) => link.getAttribute('href'))`,
      )
      assert.deepEqual(
        links.filter((href) => !/^(?:[/#?]|http:)/.test(href)),
        [],
      )
      tab.errors.splice(
        0,
        Number.POSITIVE_INFINITY,
        ...tab.errors.filter((error) => !error.includes('400 (Bad Request)')),
      )
    })
  })

  test('dragging over a graph zooms all panels; the way back is the browser’s', async () => {
    await visit(`/d/longship-overview?${site.range}`, async (tab) => {
      await settled(tab)
      const before = await tab.evaluate<string>(`document.querySelector('.panel-stat .number').textContent`)
      const box = await tab.evaluate<number[]>(
        `(() => { const box = document.querySelector('.u-over').getBoundingClientRect(); return [box.left, box.top, box.width, box.height] })()`,
      )
      const at = (part: number) => [box[0]! + box[2]! * part, box[1]! + box[3]! / 2] as const
      await tab.hover(at(0.4))
      await tab.until(`/info/.test(document.querySelector('.tooltip:not([hidden])')?.textContent)`)
      await tab.screenshot(`${SHOTS}/tooltip.png`)
      await tab.drag(at(0.25), at(0.5))
      await tab.until(`new URLSearchParams(location.search).get('from') !== '1777982400000'`)
      const [from, to] = await tab.evaluate<number[]>(
        `['from', 'to'].map((name) => Number(new URLSearchParams(location.search).get(name)))`,
      )
      assert.ok(Math.abs(from! - 1777983157500) < 60_000 && Math.abs(to! - 1777983915000) < 60_000, `${from} to ${to}`)
      await settled(tab)
      assert.notEqual(await tab.evaluate(`document.querySelector('.panel-stat .number').textContent`), before)
      await tab.evaluate('history.back()')
      await tab.until(`new URLSearchParams(location.search).get('from') === '1777982400000'`)
      await settled(tab)
      assert.equal(await tab.evaluate(`document.querySelector('.panel-stat .number').textContent`), before)
    })
  })

  test('variables narrow every panel, and what depends on them; the keyboard is enough', async () => {
    await visit(`/d/longship-overview?${site.range}`, async (tab) => {
      await settled(tab)
      const before = await tab.evaluate<string>(`document.querySelector('.panel-stat .number').textContent`)
      await tab.evaluate(
        `[...document.querySelectorAll('.variables button')].find((each) => each.textContent.startsWith('Service')).focus()`,
      )
      await tab.press('Enter')
      await tab.type('langg')
      await tab.press('ArrowDown')
      await tab.press('Enter')
      await tab.until(`new URLSearchParams(location.search).get('var-service') === 'langgraph'`)
      await tab.press('Escape')
      assert.equal(await tab.evaluate(`document.querySelector('.menu:not([hidden])') === null`), true)
      await settled(tab)
      assert.notEqual(await tab.evaluate(`document.querySelector('.panel-stat .number').textContent`), before)
      await tab.evaluate(
        `[...document.querySelectorAll('.variables button')].find((each) => each.textContent.startsWith('Node')).click()`,
      )
      const nodes = await tab.evaluate<string[]>(
        `[...document.querySelectorAll('.options .item')].map((each) => each.textContent)`,
      )
      assert.ok(nodes.includes('developer') && !nodes.includes('checkout'), nodes.join())
    })
  })

  test('ad-hoc filters narrow every panel', async () => {
    await visit(
      `/d/longship-overview?${site.range}&var-filters=${encodeURIComponent('service|=|api')}`,
      async (tab) => {
        const shown = await settled(tab)
        assert.match(shown.find(({ title }) => title === 'Services')!.text, /^1$/)
        await tab.evaluate(`document.querySelector('.chip').click()`)
        await tab.until(`!location.search.includes('var-filters')`)
        await tab.until(`Number(document.querySelectorAll('.panel-stat .number')[4].textContent) > 1`)
      },
    )
  })

  test('a field of an open log line narrows the dashboard', async () => {
    await visit(`/d/longship-overview?${site.range}`, async (tab) => {
      await settled(tab)
      await tab.evaluate(`document.querySelector('.panel-logs .line').click()`)
      await tab.evaluate(`document.querySelector('.acts button[title^="Only lines with service="]').click()`)
      await tab.until(`/^service\\|=\\|\\w/.test(new URLSearchParams(location.search).get('var-filters'))`)
      await tab.until(`document.querySelectorAll('.chip').length === 1`)
      await tab.until(`document.querySelectorAll('.panel-stat .number')[4].textContent === '1'`)
    })
  })

  test('links lead to other dashboards and to the trace of an id, and keep time and choice', async () => {
    const own = 'var-filters=service%7C%3D%7Cmigratekit'
    await visit(`/d/longship-errors?${site.range}&var-env=prod&${own}`, async (tab) => {
      await settled(tab)
      const trace = await tab.evaluate<string>(
        `document.querySelector('.panel-table a.data-link').getAttribute('href')`,
      )
      assert.match(trace, /^\/d\/longship-trace\?var-id=[\w-]+&from=1777982400000&to=1777985430000.*&var-env=prod&/)
      assert.ok(!trace.includes(own), 'a trace has all of its lines')
      await tab.evaluate(`document.querySelector('.panel-timeseries > header > .dropdown:last-child > button').click()`)
      const errors = await tab.evaluate<string>(`document.querySelector('.menu a').getAttribute('href')`)
      assert.match(
        errors,
        /^\/d\/longship-errors\?from=1777982400000&.*&var-env=prod&.*&var-filters=service%7C%3D%7Cmigratekit$/,
      )
      await tab.evaluate(
        `[...document.querySelectorAll('.board-head button')].find((each) => each.textContent.startsWith('Dashboards')).click()`,
      )
      await tab.evaluate(
        `[...document.querySelectorAll('.menu a')].find((each) => each.textContent === 'Service health').click()`,
      )
      await tab.until(`document.querySelector('h1')?.textContent === 'Service health'`)
      assert.match(
        await tab.evaluate<string>('location.search'),
        /from=1777982400000&to=1777985430000.*var-env=prod&var-service=%24__all.*&var-filters=service%7C%3D%7Cmigratekit/,
      )
    })
  })

  test('a panel can have the whole window; its queries and data can be had', async () => {
    await visit(`/d/longship-overview?${site.range}`, async (tab) => {
      await settled(tab)
      const menu = (title: string) =>
        tab.evaluate(`(() => {
          const panel = [...document.querySelectorAll('.panel')].find((each) => each.querySelector('h3').textContent === 'Noisiest streams')
          panel.querySelector('header > .dropdown:last-child > button').click()
          ;[...panel.querySelectorAll('.menu .item')].find((each) => each.textContent === ${JSON.stringify(title)}).click()
        })()`)
      await menu('Data as CSV')
      assert.match(
        await tab.evaluate<string>(`document.querySelector('dialog pre').textContent`),
        /^Service,Node,Level,Bytes\n\w+,\w+,\w+,\d+\n/,
      )
      await tab.press('Escape')
      await tab.until(`document.querySelector('dialog') === null`)
      await menu('See it large')
      await tab.until(
        `document.querySelectorAll('.panel').length > 5 && [...document.querySelectorAll('.panel')].filter((each) => each.clientHeight > 0).length === 1`,
      )
      await tab.press('Escape')
      await tab.until(`[...document.querySelectorAll('.panel')].filter((each) => each.clientHeight > 0).length > 5`)
    })
  })

  test('Explore completes what is typed, shows the volume above the lines, and filters by a click', async () => {
    await visit(`/explore?${site.range}`, async (tab) => {
      await tab.until(`document.querySelectorAll('.examples li').length === 4`)
      await tab.evaluate(`document.querySelector('textarea').focus()`)
      await tab.type('{serv')
      await tab.until(`document.querySelector('.suggestions [aria-selected=true]')?.textContent === 'service'`)
      await tab.press('Tab')
      await tab.type('="langg')
      await tab.until(`document.querySelector('.suggestions [aria-selected=true]')?.textContent === 'langgraph'`)
      await tab.screenshot(`${SHOTS}/explore-completion.png`)
      await tab.press('Enter')
      await tab.type('}')
      assert.equal(await tab.evaluate(`document.querySelector('textarea').value`), '{service="langgraph"}')
      await tab.press('Enter')
      await tab.until(
        `document.querySelectorAll('.logs .row').length === 100 && document.querySelector('.volume canvas') !== null`,
      )
      await tab.until(painted('.volume canvas'))
      await tab.evaluate(`document.querySelector('.logs .line').click()`)
      await tab.screenshot(`${SHOTS}/explore.png`)
      await tab.evaluate(`document.querySelector('.fields .acts button[title^="Only lines with level="]').click()`)
      await tab.until(`/\\| level="\\w+"/.test(new URLSearchParams(location.search).get('query'))`)
      await tab.until(`document.querySelectorAll('.logs .row').length > 0`)
    })
  })

  test('Explore draws numbers, and says what is wrong with a query', async () => {
    const query = encodeURIComponent('sum by (level) (count_over_time({service=~".+"}[5m]))')
    await visit(`/explore?${site.range}&query=${query}`, async (tab) => {
      await tab.until(painted('.metric-graph canvas'))
      assert.ok((await tab.evaluate<number>(`document.querySelectorAll('.metrics tbody tr').length`)) >= 4)
      await tab.screenshot(`${SHOTS}/explore-metrics.png`)
    })
    await visit(`/explore?${site.range}&query=${encodeURIComponent('{service="api"} | nonsense(')}`, async (tab) => {
      await tab.until(`/parse error/.test(document.querySelector('[role=alert]')?.textContent)`)
      tab.errors.length = 0
    })
  })

  test('the live tail shows new lines as they come', async () => {
    await visit(`/explore?query=${encodeURIComponent('{service="live-test"}')}`, async (tab) => {
      await tab.evaluate(`[...document.querySelectorAll('button')].find((each) => each.textContent === 'Live').click()`)
      const time = BigInt(Date.now()) * 1_000_000n
      for (let index = 0n; index < 40n; index++) {
        const entry = {
          time: time + index,
          line: `{"message":"live line ${index}","level":"warn"}`,
          metadata: new Map(),
        }
        site.push([{ labels: new Map([['service', 'live-test']]), entries: [entry] }])
        await new Promise((resolve) => setTimeout(resolve, 100))
        if (await tab.evaluate<boolean>(`/live line/.test(document.querySelector('.rows')?.textContent)`)) break
      }
      await tab.until(`/live line \\d+/.test(document.querySelector('.logs .message')?.textContent)`)
      assert.match(
        await tab.evaluate<string>(`document.querySelector('[role=status]').textContent`),
        /^Live: \d+ lines/,
      )
    })
  })

  test('the trace page shows who did what under an id, and for how long', async () => {
    await visit(`/trace/${FOLLOWED_ID}?${site.range}`, async (tab) => {
      await tab.until(`document.querySelectorAll('.lanes .state-row').length > 3`)
      const lanes = await tab.evaluate<string[]>(
        `[...document.querySelectorAll('.lanes .name')].map((each) => each.textContent)`,
      )
      for (const service of ['telegram_bot', 'api', 'langgraph'])
        assert.ok(
          lanes.some((name) => name.startsWith(service)),
          `${service} of ${lanes}`,
        )
      await tab.evaluate(`[...document.querySelectorAll('.span')].at(-1).click()`)
      await tab.until(`document.querySelectorAll('.details').length === 1`)
      await tab.evaluate(`document.querySelector('.details').previousElementSibling.click()`)
      await tab.evaluate('scrollTo(0, 0)')
      await tab.screenshot(`${SHOTS}/trace.png`, true)
      await tab.prefer('dark')
      await tab.resize({ width: 1280, height: 720 })
      await tab.screenshot(`${SHOTS}/readme-trace.png`)
    })
  })

  test('the dark page is dark, and stays so; the choice is kept', async () => {
    await visit(
      `/d/longship-service?${site.range}`,
      async (tab) => {
        await settled(tab)
        assert.equal(await tab.evaluate(`document.documentElement.dataset.theme`), 'dark')
        await tab.screenshot(`${SHOTS}/longship-service-dark.png`, true)
        await tab.evaluate(`document.querySelector('.shell button').click()`)
        assert.equal(await tab.evaluate(`document.documentElement.dataset.theme`), 'light')
        await tab.open(`${site.url}/`)
        await tab.until(`document.documentElement.dataset.theme === 'light'`)
        await tab.evaluate('localStorage.clear()')
      },
      { theme: 'dark' },
    )
  })

  test('a phone needs no scrolling sideways', async () => {
    for (const path of [
      '/',
      `/d/longship-overview?${site.range}`,
      `/d/longship-nodes?${site.range}`,
      `/explore?${site.range}&query=%7Bservice%3D%22api%22%7D`,
      `/trace/${FOLLOWED_ID}?${site.range}`,
    ]) {
      await visit(
        path,
        async (tab) => {
          if (path.startsWith('/d/')) await settled(tab)
          else await tab.until(`document.querySelectorAll('.boards li, .logs .row').length > 1`)
          const wide = await tab.evaluate<string[]>(
            `document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')].filter((each) => each.getBoundingClientRect().right > innerWidth + 1).map((each) => each.className || each.tagName)`,
          )
          assert.deepEqual(wide, [], path)
          await tab.screenshot(
            `${SHOTS}/phone-${path.replace(/\?.*/, '').replace(/\W+/g, '-').replace(/^-$/, 'home')}.png`,
            true,
          )
        },
        { size: PHONE },
      )
    }
  })
})

/** Brings every panel into sight that has not been, and waits until none is waiting for an answer. */
async function settled(tab: Tab): Promise<Shown[]> {
  await tab.until(`document.querySelectorAll('.panel').length > 0`)
  await tab.until(
    `(() => {
      const panels = [...document.querySelectorAll('.panel')]
      const unseen = panels.find((each) => each.dataset.state === 'waiting')
      unseen?.scrollIntoView()
      const open = panels.filter((each) => ['waiting', 'loading'].includes(each.dataset.state))
      return open.length === 0 || open.map((each) => each.textContent).join('; ')
    })()`,
    120_000,
  )
  await tab.evaluate('scrollTo(0, 0)')
  // Graphs are painted in the frame after they are put on the page.
  await tab.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(1))))')
  return tab.evaluate<Shown[]>(`(() => {
    const painted = (canvas) => canvas.width > 0 && canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((part) => part > 0)
    const PARTS = '.number, .bar, tbody tr, .row, .slice, .state, .prose *'
    return [...document.querySelectorAll('.panel')].map((panel) => {
      const body = panel.querySelector('.panel-body')
      return {
        title: panel.querySelector('h3').textContent,
        type: panel.className,
        state: panel.dataset.state,
        text: body.textContent,
        parts: body.querySelector('canvas') === null ? body.querySelectorAll(PARTS).length : [...body.querySelectorAll('canvas')].filter(painted).length,
      }
    })
  })()`)
}

function painted(selector: string): string {
  return `(() => { const canvas = document.querySelector(${JSON.stringify(selector)}); return canvas !== null && canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((part) => part > 0) })()`
}
