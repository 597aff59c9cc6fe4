/**
 * Rules, triggers and events in a headless Chromium, with everything behind them as it is: rulebook, scanner, event log,
 * triggers with their guard, patterns, API. Webhooks go to a name of the Internet that leads to the test's own receiver.
 * Screenshots: .longship/screenshots.
 */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import type { RuleSettings } from '../../shipper/scan/rule.ts'
import { type Chromium, findChromium, startChromium, type Tab } from './chromium.ts'
import { choose, click, fill, focused, sees, tick, tooWide, unnamed } from './hands.ts'
import { openWatchSite, TOKEN, type WatchSite } from './watch-site.ts'

const SHOTS = '.longship/screenshots'
const WIDE = { width: 1280, height: 900 }
const PHONE = { width: 390, height: 844, isMobile: true }
const program = findChromium()
const NOTICE = 'no Chromium is installed, so nobody looked at rules, triggers and events: apt-get install chromium'
if (program === undefined) console.error(`\n*** SKIPPED: ${NOTICE} ***\n`)

const EVIL = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>'
const DEFAULTS = { severity: 'warn', streams: 'both', on: 'message', cooldown: '0', enabled: true } as const
const RULES: readonly RuleSettings[] = [
  { ...DEFAULTS, name: 'out of memory', pattern: '(?i)out of memory', severity: 'critical' },
  { ...DEFAULTS, name: `broken ${EVIL}`, pattern: `(${EVIL}` },
  { ...DEFAULTS, name: '__proto__', pattern: 'evil (?P<__proto__>.*) (?P<constructor>\\S+)$' },
]

describe('rules, triggers and events', { skip: program === undefined ? NOTICE : false, concurrency: false }, () => {
  let site: WatchSite
  let chromium: Chromium

  before(async () => {
    mkdirSync(SHOTS, { recursive: true })
    chromium = await startChromium(program!)
    site = await openWatchSite({ rules: RULES, files: { 'half.yaml': 'rules: [' }, boards: true })
  })
  after(async () => {
    await chromium?.close()
    await site?.close()
  })

  interface Visit {
    readonly size?: typeof WIDE
    readonly theme?: 'light' | 'dark'
    readonly at?: WatchSite
    /** What the browser says in the console of what the test does on purpose. */
    readonly expected?: RegExp
    readonly token?: string
  }

  /** A tab in which nothing goes wrong, that asks only the site, and never names the token in an address. */
  async function visit(path: string, run: (tab: Tab) => Promise<void>, options: Visit = {}) {
    const { size = WIDE, theme = 'light', at = site, expected, token = TOKEN } = options
    const tab = await chromium.tab(size)
    await tab.prefer(theme)
    await tab.open(`${at.url}${path}${token === '' ? '' : `#token=${token}`}`)
    try {
      await run(tab)
    } catch (error) {
      await tab.screenshot(`${SHOTS}/failed.png`)
      const said = `${(error as Error).message}\nin the console: ${tab.errors.join('; ') || 'nothing'}`
      throw new Error(said, { cause: error })
    }
    const errors = tab.errors.filter((each) => !each.includes('net::ERR_NETWORK_CHANGED') && !expected?.test(each))
    assert.deepEqual(errors, [])
    const [, ...requests] = tab.requests.filter((url) => !url.startsWith('about:'))
    assert.deepEqual(
      requests.filter((url) => !url.startsWith(`${at.url}/`) || url.includes(TOKEN)),
      [],
    )
    await tab.close()
  }

  test('create a rule, test it, see the event appear, receive the webhook', async () => {
    await visit('/rules', async (tab) => {
      await sees(tab, '.name', 'out of memory')
      await click(tab, 'New rule')
      await fill(tab, 'Name', 'Upstream timeout')
      await fill(tab, 'Pattern', 'upstream (?P<host>\\S+) timed out after (\\d+) ?ms')
      await choose(tab, 'Severity', 'error')
      await fill(tab, 'Cooldown', '0')
      await fill(tab, 'Sample line', 'upstream db-1 timed out after 1500 ms')
      await sees(tab, '.verdict', '✓ It matches')
      assert.deepEqual(
        await tab.evaluate(`[...document.querySelectorAll('.matched mark.capture')].map((each) => each.textContent)`),
        ['db-1', '1500'],
      )
      assert.deepEqual(
        await tab.evaluate(`[...document.querySelectorAll('.captures th')].map((each) => each.textContent)`),
        ['host', '$2'],
      )
      assert.equal(site.rulebook.list({ origin: 'api' }).length, 0, 'a test keeps nothing')
      await click(tab, 'Create')
      await sees(tab, '.name', 'Upstream timeout')
    })
    await visit('/triggers', async (tab) => {
      await sees(tab, '.none', 'There are no triggers yet')
      await click(tab, 'New trigger')
      await fill(tab, 'Name', 'Own hook')
      await fill(tab, 'Address', 'http://hooks.example.com/in')
      await fill(tab, 'Signing secret', 'very-secret-key')
      await tick(tab, 'error')
      await click(tab, 'Create and test')
      await sees(tab, '.verdict', '✓ Delivered: status 204')
      await sees(tab, '.trigger-result pre', 'POST http://hooks.example.com/********')
      assert.equal(site.hooks.length, 1)
      await tab.screenshot(`${SHOTS}/trigger-test.png`)
    })
    await visit('/events', async (tab) => {
      await tab.until(`document.querySelector('.live-state').dataset.state === 'live'`)
      site.write('shop', 'upstream db-7 timed out after 2500 ms')
      await sees(tab, '.row', 'upstream db-7 timed out after 2500 ms')
      await sees(tab, '[aria-live]', 'new event')
      await tab.evaluate(
        `[...document.querySelectorAll('.line')].find((each) => each.textContent.includes('db-7')).click()`,
      )
      const inside = await tab.evaluate<string>(`document.querySelector('.details').textContent`)
      for (const part of ['hostdb-7', '$22500', 'Upstream timeout', 'shop-1']) assert.ok(inside.includes(part), part)
    })
    const end = Date.now() + 10_000
    while (site.hooks.length < 2 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20))
    const { path, headers, body } = site.hooks[1]!
    assert.equal(path, '/in')
    assert.match(body, /upstream db-7 timed out after 2500 ms/)
    const [, seconds, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-longship-signature']))!
    assert.equal(mac, createHmac('sha256', 'very-secret-key').update(`${seconds}.${body}`).digest('hex'))
    await visit('/rules', (tab) =>
      tab.until(
        `[...document.querySelectorAll('tr')].some((row) => row.textContent.includes('Upstream timeout') && row.querySelector('[data-label="Hits / min"]')?.textContent === '1' && /v-/.test(row.querySelector('.spark path').getAttribute('d')))`,
      ),
    )
    await visit('/triggers', (tab) => sees(tab, '[data-label="Delivered"]', '1'))
  })

  test('the token comes with the address once, is gone from it, and is kept for the tab', async () => {
    await visit('/rules', async (tab) => {
      await sees(tab, '.name', 'out of memory')
      assert.equal(await tab.evaluate('location.href'), `${site.url}/rules`)
      assert.equal(await tab.evaluate('history.length'), 2, 'the blank page, and this one')
      await tab.open(`${site.url}/events`)
      await tab.until(`document.querySelector('.live-state').dataset.state === 'live'`)
      assert.ok(!(await tab.evaluate<string>('document.documentElement.outerHTML')).includes(TOKEN))
    })
  })

  test('without a token it is asked for; a wrong one is refused, and asked for again', async () => {
    await visit(
      '/rules',
      async (tab) => {
        await sees(tab, 'dialog h2', 'need a token')
        assert.equal(await focused(tab), 'Token')
        await fill(tab, 'Token', 'not-the-token-of-it')
        await tab.press('Enter')
        await sees(tab, 'dialog .error', 'That token was refused')
        await tab.press('Escape')
        await sees(tab, '.notices', 'no token was given')
        await click(tab, 'Try again')
        await fill(tab, 'Token', TOKEN)
        await tab.press('Enter')
        await sees(tab, '.name', 'out of memory')
      },
      { token: '', expected: /status of 401/ },
    )
  })

  test('rules of files are read only and say where they are; a broken one says why it is out of use', async () => {
    await visit('/rules', async (tab) => {
      await sees(tab, 'tr .error', 'missing closing )')
      await sees(tab, '.facts-line', '1 rule is out of use')
      await sees(tab, '.facts-line .error', 'half.yaml: ')
      await click(tab, 'out of memory')
      await sees(tab, 'dialog .notice', 'longship.yaml')
      assert.equal(await focused(tab), 'Sample line', 'what can be typed in there')
      assert.equal(
        await tab.evaluate(
          `document.querySelectorAll('dialog .field :is(input, select, textarea):not(:disabled)').length`,
        ),
        0,
      )
      await fill(tab, 'Sample line', 'nothing of it')
      await sees(tab, '.verdict', '✗ It does not match: the pattern is not found')
      await fill(tab, 'Sample line', 'Out of Memory: killed')
      await sees(tab, '.verdict', '✓ It matches')
    })
  })

  test('a global rule is switched off for a workload with one click, and what is in force there can be seen', async () => {
    site.rulebook.create({ name: 'Slow', pattern: 'took \\d{4,}ms' })
    await visit('/rules?effective=shop', async (tab) => {
      await sees(tab, '.name', 'Slow')
      await click(tab, 'Switch off here: Slow')
      await sees(tab, 'tr.is-off', 'stands for Slow')
      const shown = await tab.evaluate<string>(
        `[...document.querySelectorAll('tr.is-off')].find((row) => row.querySelector('.name').textContent === 'Slow').textContent`,
      )
      assert.match(shown, /off here/)
      assert.deepEqual(
        site.rulebook.effective('shop').filter(({ name, enabled }) => /Slow/.test(name) && enabled),
        [],
      )
      assert.equal(site.rulebook.effective('api').filter(({ name }) => /Slow/.test(name)).length, 1)
      await click(tab, 'Override here: out of memory')
      await sees(tab, 'dialog h2', 'Override out of memory')
      await choose(tab, 'Severity', 'info')
      await click(tab, 'Create')
      await sees(tab, '.said', 'out of memory in shop is saved')
      const own = site.rulebook.effective('shop').find(({ from }) => from === 'override')
      assert.deepEqual([own?.severity, own?.overrides, own?.workload], ['info', 'out of memory', 'shop'])
    })
  })

  test('deleting a global rule names the overrides that go with it, and Escape keeps all', async () => {
    const rule = site.rulebook.list().find(({ name }) => name === 'Slow')!
    await visit('/rules', async (tab) => {
      await sees(tab, '.name', 'Slow')
      const open = async () => {
        await click(tab, 'What to do with Slow')
        await click(tab, 'Delete …')
        await sees(tab, 'dialog li', 'Slow in shop (off)')
      }
      await open()
      assert.equal(await focused(tab), 'Keep it')
      await tab.screenshot(`${SHOTS}/rule-delete.png`)
      await tab.press('Escape')
      await tab.until(`document.querySelector('dialog') === null`)
      assert.notEqual(site.rulebook.get(rule.id), undefined)
      assert.equal(await focused(tab), 'What to do with Slow')
      await open()
      await click(tab, 'Delete all 2')
      await sees(tab, '.said', 'Slow is deleted, and 1 override of it')
      assert.deepEqual(
        site.rulebook.list().filter(({ name }) => /Slow/.test(name)),
        [],
      )
    })
  })

  test('what the API finds wrong stands beside its field; the last word on a pattern is said while it is typed', async () => {
    await visit(
      '/rules?new=1',
      async (tab) => {
        await sees(tab, 'dialog h2', 'New rule')
        await click(tab, 'Create')
        await sees(tab, '[data-path="name"] .error', 'It needs a name.')
        assert.equal(await focused(tab), 'Name')
        await fill(tab, 'Sample line', 'x')
        await fill(tab, 'Pattern', '(?=x)')
        await sees(tab, '[data-path="pattern"] .error', 'invalid or unsupported Perl syntax')
        await fill(tab, 'Pattern', 'x')
        await sees(tab, '.verdict', '✓ It matches')
        await fill(tab, 'Name', 'of nothing')
        await fill(tab, 'Workload', 'shop')
        await fill(tab, 'Stands for', 'no such rule')
        await click(tab, 'Create')
        await sees(tab, '[data-path="overrides"] .error', 'no such rule')
        assert.equal(await focused(tab), 'Stands for')
      },
      { expected: /status of (?:400|409)/ },
    )
  })

  test('by keyboard alone: a rule is made, Escape asks once before it throws away, and focus comes back', async () => {
    await visit('/rules', async (tab) => {
      await sees(tab, '.name', 'out of memory')
      await tab.evaluate(`document.querySelector('.skip').focus()`)
      for (let i = 0; i < 20 && (await focused(tab)) !== 'New rule'; i++) await tab.press('Tab')
      await tab.press('Enter')
      await tab.until(`document.querySelector('dialog[open]') !== null`)
      assert.equal(await focused(tab), 'Name')
      await tab.type('By hand')
      await tab.press('Escape')
      await sees(tab, 'dialog .notice', 'not saved')
      await tab.press('Tab')
      assert.equal(await focused(tab), 'Pattern')
      const outline = await tab.evaluate<string>(`getComputedStyle(document.activeElement).outlineStyle`)
      assert.notEqual(outline, 'none', 'the focus can be seen')
      await tab.type('by hand')
      await tab.press('Enter')
      await sees(tab, '.name', 'By hand')
      assert.equal(await focused(tab), 'New rule')
      await tab.press('Enter')
      await tab.until(`document.querySelector('dialog[open]') !== null`)
      await tab.press('Escape')
      await tab.until(`document.querySelector('dialog') === null`)
    })
  })

  test('a trigger’s form has the fields of its kind; secrets left alone stay, and never come back', async () => {
    await visit('/triggers', async (tab) => {
      await sees(tab, '.name', 'Own hook')
      await click(tab, 'Own hook')
      const field = (path: string) => `document.querySelector('[data-path="${path}"] input')`
      assert.deepEqual(await tab.evaluate(`[${field('secret')}.value, ${field('secret')}.type]`), [
        '********',
        'password',
      ])
      await sees(tab, '[data-path="secret"] .help', 'Leave the stars as they are: unchanged')
      await fill(tab, 'Retries', '1')
      await click(tab, 'Save')
      await sees(tab, '.said', 'Own hook is saved.')
      const before = site.hooks.length
      await click(tab, 'Test: Own hook')
      await sees(tab, '.verdict', '✓ Delivered')
      assert.notEqual(site.hooks[before]?.headers['x-longship-signature'], undefined, 'still signed with the secret')
      await tab.press('Escape')
      await click(tab, 'New trigger')
      await choose(tab, 'Kind', 'telegram')
      assert.deepEqual(
        await tab.evaluate(
          `[...document.querySelectorAll('dialog .field')].map((each) => each.dataset.path).slice(2, 5)`,
        ),
        ['token', 'to', 'url'],
      )
      await fill(tab, 'Name', 'x')
      await click(tab, 'Create')
      await sees(tab, '[data-path="token"] .error', 'Bot token is missing.')
      assert.ok(!(await tab.evaluate<string>('document.documentElement.outerHTML')).includes('very-secret-key'))
    })
  })

  test('what is wrong with the whole stands beside the buttons, in sight, and the focus stays on the one pressed', async () => {
    await visit('/triggers', async (tab) => {
      await click(tab, 'New trigger')
      await fill(tab, 'Name', 'Refused as a whole')
      await fill(tab, 'Address', 'http://hooks.example.com/in')
      await tab.evaluate(`window.fetch = async () => new Response(
          JSON.stringify({ title: 'x', status: 409, detail: 'no key to keep them', errors: [{ path: '', message: 'no key to keep them' }] }),
          { status: 409, headers: { 'Content-Type': 'application/problem+json' } })`)
      await tab.evaluate(`document.querySelector('.form-end button[value=test]').focus()`)
      await tab.press('Enter')
      await sees(tab, 'dialog .form-end .error', 'no key to keep them')
      assert.equal(await focused(tab), 'Create and test')
      const box = `document.querySelector('dialog .form-end .error').getBoundingClientRect()`
      assert.ok(await tab.evaluate(`${box}.bottom <= innerHeight && ${box}.top >= 0`), 'it can be seen')
      assert.ok(
        await tab.evaluate(
          `document.querySelector('dialog .form-end .error').contains(document.elementFromPoint(${box}.left + 5, ${box}.top + 5))`,
        ),
        'nothing stands before it',
      )
    })
  })

  test('a trigger that leads to this machine is refused, and what was not delivered can be sent again', async () => {
    await visit(
      '/triggers',
      async (tab) => {
        await sees(tab, '.name', 'Own hook')
        await click(tab, 'New trigger')
        await fill(tab, 'Name', 'inwards')
        await fill(tab, 'Address', 'http://127.0.0.1:9081/')
        await click(tab, 'Create')
        await sees(tab, '[data-path="url"] .error', 'loopback')
        await tab.press('Escape')
        await tab.press('Escape')
        site.answer(500)
        site.write('shop', 'upstream db-8 timed out after 9 ms')
        await sees(tab, '.letters', 'upstream db-8 timed out after 9 ms')
        await tab.screenshot(`${SHOTS}/dead-letters.png`)
        await click(tab, 'Send again')
        await sees(tab, '.notices', 'Not delivered again')
        site.answer(204)
        await click(tab, 'Send again')
        await sees(tab, '.said', 'Sent again.')
        await tab.until(`!document.querySelector('.letters')?.checkVisibility()`)
      },
      { expected: /status of (?:400|503)/ },
    )
  })

  test('events: filters, pause, older ones, and where an event leads', async () => {
    site.write('api', ...Array.from({ length: 130 }, (_, i) => `out of memory in worker ${i}`))
    await visit('/events?severity=critical', async (tab) => {
      await tab.until(`document.querySelectorAll('.row').length === 100`)
      assert.equal(await tab.evaluate(`document.querySelectorAll('.row:not([data-level="critical"])').length`), 0)
      await click(tab, 'Older events')
      await tab.until(`document.querySelectorAll('.row').length === 130`)
      await tab.until(`document.querySelector('.live-state').dataset.state === 'live'`)
      await click(tab, 'Pause')
      site.write('api', 'out of memory while paused')
      await sees(tab, 'button', 'Resume (1 new)')
      assert.equal(await tab.evaluate(`document.querySelectorAll('.row').length`), 130)
      await click(tab, 'Resume (1 new)')
      await sees(tab, '.row:first-child', 'while paused')
      await fill(tab, 'Text in the message', 'worker 77')
      await tab.until(`document.querySelectorAll('.row').length === 1`)
      assert.match(await tab.evaluate('location.search'), /q=worker\+77/)
      await tab.evaluate(`document.querySelector('.line').click()`)
      const links = await tab.evaluate<string[]>(
        `[...document.querySelectorAll('.details nav a')].map((each) => each.getAttribute('href'))`,
      )
      assert.ok(
        links.some((href) => href.startsWith('/explore?query=%7Bservice%3D%22api%22%7D&from=')),
        links.join(' '),
      )
      await click(tab, 'Make a trigger of it')
      await sees(tab, 'dialog h2', 'New trigger')
      assert.deepEqual(
        await tab.evaluate(`[...document.querySelectorAll('dialog .chip')].map((each) => each.textContent)`),
        ['api ×', 'out of memory ×'],
      )
    })
  })

  test('a stream that breaks off is taken up again, without a gap or a double', async () => {
    await visit(
      '/events?workload=api',
      async (tab) => {
        await tab.until(`document.querySelector('.live-state').dataset.state === 'live'`)
        await site.restart(() => site.write('api', 'out of memory while nobody listened'))
        await sees(tab, '.row:first-child', 'while nobody listened')
        site.write('api', 'out of memory after that')
        await sees(tab, '.row:first-child', 'after that')
        const seqs = await tab.evaluate<number[]>(
          `[...document.querySelectorAll('.row')].map((row) => Number(row.dataset.seq))`,
        )
        assert.deepEqual(
          seqs,
          [...new Set(seqs)].sort((a, b) => b - a),
        )
      },
      { expected: /ERR_(?:CONNECTION_REFUSED|INCOMPLETE_CHUNKED_ENCODING|CONNECTION_RESET|EMPTY_RESPONSE)/ },
    )
  })

  test('a pattern becomes a rule that finds its line', async () => {
    await visit('/patterns', async (tab) => {
      await sees(tab, '.pattern', 'out of memory in worker <_>')
      await tab.evaluate(
        `[...document.querySelectorAll('tr')].find((row) => row.textContent.includes('in worker')).querySelector('a').click()`,
      )
      await sees(tab, 'dialog h2', 'New rule')
      assert.equal(
        await tab.evaluate(`document.querySelector('[data-path="pattern"] textarea').value`),
        'out of memory in worker (.+)',
      )
      await sees(tab, '.verdict', '✓ It matches')
    })
  })

  test('hostile texts are text: HTML, directions, long lines, names of prototypes', async () => {
    const long = 'A'.repeat(10_000)
    site.write(
      '<b>evil</b>',
      `evil ${EVIL} ${EVIL.slice(0, 4)}`,
      `evil \u202egnp.exe __proto__`,
      `evil ${long} end`,
      '{"message":"evil x y","__proto__":{"hurt":1}}',
    )
    for (const path of ['/events', '/patterns', '/rules', '/rules?edit=__proto__&line=evil%20%3Cb%3E%20x']) {
      await visit(
        path,
        async (tab) => {
          await tab.until(`document.querySelectorAll('.row, tbody tr').length > 2`)
          await tab.evaluate(`[...document.querySelectorAll('.line')].slice(0, 8).forEach((line) => line.click())`)
          if (path.includes('line=')) await sees(tab, '.captures', '__proto__')
          assert.equal(await tab.evaluate('window.hurt ?? ({}).hurt ?? 0'), 0)
          assert.equal(
            await tab.evaluate(`document.querySelectorAll('body img, main script, main b, dialog b').length`),
            0,
          )
          assert.equal(await tab.evaluate(`/[\\u202a-\\u202e]/.test(document.body.innerText)`), false)
          assert.deepEqual(await tooWide(tab), [], path)
        },
        { size: PHONE },
      )
    }
  })

  const LOOKS: readonly (readonly [name: string, path: string, ready: string])[] = [
    ['rules', '/rules', '.spark path'],
    ['rules-of-workload', '/rules?effective=shop', '.spark path'],
    ['rule', '/rules?edit=out%20of%20memory&line=Out%20of%20memory', '.verdict'],
    ['triggers', '/triggers', '.name'],
    ['trigger', '/triggers?new=1&severity=error', 'dialog form'],
    ['events', '/events', '.row'],
    ['patterns', '/patterns', '.pattern'],
  ]

  test('every view in light, dark and on a phone: nothing sticks out, every field has a name', async () => {
    for (const [name, path, ready] of LOOKS) {
      for (const [look, options] of [
        ['light', {}],
        ['dark', { theme: 'dark' }],
        ['phone', { size: PHONE }],
      ] as const) {
        await visit(
          path,
          async (tab) => {
            await tab.until(`document.querySelector(${JSON.stringify(ready)}) !== null`)
            assert.deepEqual(await tooWide(tab), [], `${name} ${look}`)
            assert.deepEqual(await unnamed(tab), [], `${name} ${look}`)
            await tab.screenshot(`${SHOTS}/${name}-${look}.png`)
          },
          options,
        )
      }
    }
  })

  test('without a Loki behind it the page has what works, and nothing else', async () => {
    const alone = await openWatchSite({ rules: RULES })
    try {
      alone.write('shop', 'out of memory')
      await visit(
        '/',
        async (tab) => {
          await sees(tab, '.name', 'out of memory')
          assert.equal(await tab.evaluate('location.pathname'), '/rules')
          assert.deepEqual(
            await tab.evaluate(
              `[...document.querySelectorAll('header nav a')].filter((each) => each.checkVisibility()).map((each) => each.textContent)`,
            ),
            ['Rules', 'Triggers', 'Events'],
          )
          await click(tab, 'Events')
          await tab.until(`document.querySelectorAll('.row').length > 0`)
          await tab.evaluate(`document.querySelector('.line').click()`)
          assert.equal(
            await tab.evaluate(
              `document.querySelectorAll('.details a[href^="/explore"], .details a[href^="/trace"]').length`,
            ),
            0,
          )
        },
        { at: alone },
      )
    } finally {
      await alone.close()
    }
  })
})
