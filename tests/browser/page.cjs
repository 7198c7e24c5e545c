// SPDX-License-Identifier: MIT
// Looks at the page of WORK/study in Chromium. usage: node page.cjs CHROMIUM WORK
'use strict';
const fs = require('fs');
const path = require('path');
const {chromium} = require('playwright-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const [, , browserPath, work] = process.argv;
const page_of = (name) => 'file://' + path.resolve(work, name, 'report/index.html');
const shots = path.resolve(work, 'screenshots');
fs.mkdirSync(shots, {recursive: true});

let problems = [];
const check = (name, right, what) => {
  if (right) return;
  problems.push(`${name}${what === undefined ? '' : ': ' + what}`);
};
const report = (name) => {
  console.log(problems.length === 0 ? `ok ${name}` : `not ok ${name}`);
  for (const problem of problems) console.log('    ' + problem);
  problems = [];
};

// A page whose errors and requests are kept.
const open = async (browser, name, options) => {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.errors = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) page.errors.push(message.text());
  });
  page.on('pageerror', (error) => page.errors.push(error.message));
  page.on('request', (request) => {
    if (!/^(data:|file:)/.test(request.url())) page.errors.push('asks for ' + request.url());
  });
  await page.goto(page_of(name));
  await page.waitForLoadState('load');
  return page;
};

// The explorer has drawn what it was told to.
const settled = async (page) => {
  let before = '';
  for (let i = 0; i < 60; i++) {
    const now = await page.evaluate(() => [...document.querySelectorAll('#maps figure')]
      .map((figure) => figure.textContent).join() + document.getElementById('status').textContent);
    if (now === before && now !== '') return;
    before = now;
    await page.waitForTimeout(50);
  }
};
const figures = (page) => page.locator('#maps figure').count();
const status = (page) => page.locator('#status').textContent();
// The drawn pixels of the nth map, as a short text.
const ink = (page, n) => page.evaluate((k) => {
  const canvas = document.querySelectorAll('#maps canvas')[k];
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum = (sum * 31 + data[i]) >>> 0;
  return String(sum);
}, n);

const tables = async (page) => {
  const table = page.locator('table[aria-describedby=table-models]');
  const column = async (n) => (await table.locator(`tbody tr td:nth-child(${n})`).allTextContents())
    .map(Number);
  const header = table.locator('thead th', {hasText: 'Accuracy'}).first();
  const sorted = (list, sign) => list.every((value, i) => i === 0 || sign * (value - list[i - 1]) >= 0);
  const before = (await column(4)).join();
  await header.locator('button').click();
  check('sorts down first', sorted(await column(4), -1), await column(4));
  check('says so', await header.getAttribute('aria-sort') === 'descending');
  await header.locator('button').press('Enter');
  check('sorts up by keyboard', sorted(await column(4), 1), await column(4));
  check('says so', await header.getAttribute('aria-sort') === 'ascending');
  check('it was not sorted before', before !== (await column(4)).join());
  check('one column is marked', await table.locator('[aria-sort]').count() === 1);
  // Two rows of headers; the baselines stay at the end.
  const wide = page.locator('table[aria-describedby=table-correct]');
  const cells = async () => (await wide.locator('tbody tr:not(.baseline) td:nth-child(6)')
    .evaluateAll((list) => list.map((cell) => Number(cell.dataset.value))));
  await wide.locator('thead tr').nth(1).locator('th button').nth(4).click();
  check('sorts under two rows of headers', sorted(await cells(), -1), await cells());
  check('baselines stay last', await wide.locator('tbody tr').last().getAttribute('class') === 'baseline');
  report('tables sort by click and by keyboard');
};

const explorer = async (page) => {
  await settled(page);
  const all = await figures(page);
  check('eight methods and three baselines', all === 11, all);
  const first = await status(page);
  check('the image is described', /Holdout image \d+: \d (round|irregular) lesions/.test(first), first);
  // Another image.
  const one = await ink(page, 0);
  await page.locator('#thumbs input').nth(1).check();
  await settled(page);
  check('another image has another map', one !== await ink(page, 0));
  check('and another description', first !== await status(page));
  // Another network.
  const two = await ink(page, 0);
  await page.selectOption('#degree', '1');
  await settled(page);
  check('another degree has another map', two !== await ink(page, 0));
  check('it is named', (await status(page)).includes('degree 1'), await status(page));
  await page.selectOption('#corpus', {label: 'ImageNet'});
  await settled(page);
  check('another pre-training is named', (await status(page)).includes('ImageNet'));
  const seed = await ink(page, 0);
  await page.selectOption('#seed', '1');
  await settled(page);
  check('another seed has another map', seed !== await ink(page, 0));
  // Methods.
  await page.locator('#methods label', {hasText: 'Saliency'}).locator('input').uncheck();
  await settled(page);
  check('a method is hidden', await figures(page) === all - 1, await figures(page));
  check('the right one', await page.locator('#maps b', {hasText: 'Saliency'}).count() === 0);
  await page.locator('#methods label', {hasText: 'Saliency'}).locator('input').check();
  await settled(page);
  check('and shown again', await figures(page) === all);
  // Networks side by side.
  await page.selectOption('#compare', 'networks');
  await page.selectOption('#method', {label: 'Saliency'});
  await page.selectOption('#seed', 'all');
  await settled(page);
  const networks = await figures(page);
  check('all networks stand side by side', networks === 21, networks);
  await page.selectOption('#seed', '0');
  await settled(page);
  check('of one seed', await figures(page) === 11, await figures(page));
  await page.selectOption('#compare', 'methods');
  // The other condition.
  await page.selectOption('#condition', '1');
  await settled(page);
  check('matched networks have maps', await figures(page) === all, await figures(page));
  await page.selectOption('#condition', '0');
  await settled(page);
  report('the explorer switches image, network, seed, methods and condition');
};

const filters = async (page) => {
  const images = () => page.locator('#thumbs input').count();
  const all = await images();
  const count = {};
  for (const outcome of ['correct', 'right', 'wrong']) {
    await page.selectOption('#outcome', outcome);
    await settled(page);
    count[outcome] = await images();
    const said = await status(page);
    check(`${outcome} are some`, count[outcome] > 0 && count[outcome] < all, count[outcome]);
    check(`${outcome} is true of the network`,
      said.includes(outcome === 'wrong' ? 'is wrong' : 'is right'), said);
  }
  await page.selectOption('#outcome', 'all');
  await page.selectOption('#lesions', '4');
  await settled(page);
  check('lesions are counted', await images() < all && (await status(page)).includes(' 4 '),
    await status(page));
  await page.selectOption('#outcome', 'wrong');
  await page.selectOption('#lesions', '3');
  await settled(page);
  check('nothing left is said', await images() > 0 || (await status(page)).startsWith('No kept image'));
  await page.selectOption('#outcome', 'all');
  await page.selectOption('#lesions', 'all');
  await settled(page);
  check('all come back', await images() === all);
  report('the explorer filters by outcome and number of lesions');
};

const sliders = async (page) => {
  await page.locator('#thumbs input').first().check();
  await settled(page);
  const value = async (id, to) => {
    await page.locator('#' + id).fill(String(to));
    await settled(page);
    return ink(page, 0);
  };
  const full = await value('threshold', 0);
  const some = await value('threshold', 60);
  check('the threshold hides', full !== some);
  check('it is told', (await page.locator('#threshold-now').textContent()).startsWith('60'));
  const half = await value('opacity', 50);
  check('the opacity mixes', half !== some);
  const none = await value('opacity', 0);
  await page.selectOption('#show', 'image');
  await settled(page);
  check('without opacity the image is left', none === await ink(page, 0));
  await page.selectOption('#show', 'answer');
  await settled(page);
  // The answer's hits are the TPR of the caption.
  const found = await page.evaluate(() => {
    const canvas = document.querySelector('#maps canvas');
    const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    let hits = 0;
    let misses = 0;
    for (let i = 0; i < data.length; i += 4) {
      hits += data[i] === 0 && data[i + 1] === 158 && data[i + 2] === 115;
      misses += data[i] === 204 && data[i + 1] === 121 && data[i + 2] === 167;
    }
    return hits / (hits + misses);
  });
  const told = Number((await page.locator('#maps figcaption').first().textContent())
    .match(/TPR ([\d.]+)/)[1]);
  check('hits are the true positive rate', Math.abs(found - told) < 0.006, `${found} ${told}`);
  await page.selectOption('#show', 'map');
  check('the truth is outlined', await page.locator('#maps svg path').count() === 11);
  await page.locator('#outline').uncheck();
  await settled(page);
  check('or not', await page.locator('#maps svg').count() === 0);
  await page.locator('#outline').check();
  await page.locator('#maps summary').first().click();
  const health = await page.locator('#maps details').first().textContent();
  check('health is told', health.includes('Completeness error') && health.includes('Exactly zero'),
    health);
  report('overlay, threshold, answer, outline, scores and health');
};

const keyboard = async (page) => {
  await page.reload();
  await settled(page);
  await page.keyboard.press('Tab');
  check('the first stop skips to the summary',
    await page.evaluate(() => document.activeElement.className) === 'skip');
  const seen = new Set();
  let image = '';
  for (let i = 0; i < 80 && !seen.has('outline'); i++) {
    await page.keyboard.press('Tab');
    seen.add(await page.evaluate(() => document.activeElement.id));
  }
  for (const id of ['condition', 'compare', 'corpus', 'degree', 'seed', 'outcome', 'lesions', 'show',
    'opacity', 'threshold', 'outline']) {
    check(`${id} is reached`, seen.has(id));
  }
  await page.locator('#opacity').focus();
  const before = await page.locator('#opacity').inputValue();
  await page.keyboard.press('ArrowLeft');
  check('arrows move the slider', before !== await page.locator('#opacity').inputValue());
  await page.locator('#outline').focus();
  await page.keyboard.press('Tab');
  image = await status(page);
  check('the images are one stop', await page.evaluate(() => document.activeElement.name) === 'image',
    await page.evaluate(() => document.activeElement.outerHTML.slice(0, 80)));
  await page.keyboard.press('ArrowRight');
  await settled(page);
  check('arrows choose the image', image !== await status(page));
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await settled(page);
  check('space hides a method', await figures(page) === 10, await figures(page));
  report('the explorer by keyboard');
};

const accessibility = async (page, name) => {
  await page.addStyleTag({content: '*{transition:none!important}'});
  const result = await page.evaluate(`(() => { ${axe}; return axe.run(document, {resultTypes: ['violations']}); })()`);
  for (const fault of result.violations) {
    if (['serious', 'critical'].includes(fault.impact)) {
      check(fault.id, false, `${fault.help}: ${fault.nodes.slice(0, 3)
        .map((node) => node.html.slice(0, 160)).join(' | ')}`);
    }
  }
  check('axe looked', result.passes === undefined || result.passes.length >= 0);
  report(name);
};

// Nothing sticks out of the page, and nothing lies over its neighbour.
const layout = async (page, width) => {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  check('no sideways scrolling', wide <= width, wide);
  const out = await page.evaluate(() => {
    const found = [];
    const inside = (element) => element.closest('.scroll, .thumbs, pre, .unseen, .skip, svg');
    for (const element of document.querySelectorAll('main *, header *')) {
      const box = element.getBoundingClientRect();
      if (box.width > 0 && !inside(element) && (box.right > innerWidth + 1 || box.left < -1)) {
        found.push(element.outerHTML.slice(0, 100));
      }
    }
    const blocks = [...document.querySelectorAll('main > section > *, .controls > *, .maps > *')]
      .map((element) => [element, element.getBoundingClientRect()]).filter(([, box]) => box.height > 0);
    for (const [a, x] of blocks) {
      for (const [b, y] of blocks) {
        if (a !== b && !a.contains(b) && !b.contains(a) && x.left < y.right - 2 && y.left < x.right - 2 &&
            x.top < y.bottom - 2 && y.top < x.bottom - 2) {
          found.push('over each other: ' + a.outerHTML.slice(0, 60) + ' ' + b.outerHTML.slice(0, 60));
        }
      }
    }
    return found.slice(0, 5);
  });
  check('nothing is cut or overlaps', out.length === 0, out.join(' | '));
  await page.screenshot({path: path.join(shots, `page_${width}.png`), fullPage: true});
};

(async () => {
  const browser = await chromium.launch({executablePath: browserPath, args: ['--no-sandbox']});
  try {
    const page = await open(browser, 'study', {viewport: {width: 1440, height: 900}});
    const bytes = fs.statSync(path.resolve(work, 'study/report/index.html')).size;
    check('below 20 MB', bytes < 20e6, bytes);
    await tables(page);
    await explorer(page);
    await filters(page);
    await sliders(page);
    await keyboard(page);
    await accessibility(page, 'no serious fault by axe, light');
    check('no error', page.errors.length === 0, page.errors.join('; '));
    report('no errors, no requests');
    for (const width of [1440, 768, 390]) {
      const narrow = await open(browser, 'study', {viewport: {width, height: 900}});
      await settled(narrow);
      await layout(narrow, width);
      check('no error', narrow.errors.length === 0, narrow.errors.join('; '));
      await narrow.context().close();
      report(`layout at ${width} pixels`);
    }
    const dark = await open(browser, 'study',
      {viewport: {width: 390, height: 900}, colorScheme: 'dark'});
    await settled(dark);
    const paper = await dark.evaluate(() => getComputedStyle(document.body).backgroundColor);
    check('the paper is dark', paper === 'rgb(21, 25, 29)', paper);
    await accessibility(dark, 'no serious fault by axe, dark');
    await dark.screenshot({path: path.join(shots, 'dark_390.png'), fullPage: true});
    await dark.emulateMedia({media: 'print', colorScheme: 'light'});
    check('controls are not printed', !await dark.locator('.controls').isVisible());
    check('maps are printed', await dark.locator('#maps canvas').first().isVisible());
    report('the page in print');
    const plain = await open(browser, 'study', {javaScriptEnabled: false});
    check('without scripts it is said', await plain.locator('noscript').first().isVisible());
    check('the summary is there', await plain.locator('.lead').first().isVisible());
    report('the page without scripts');
    const bare = await open(browser, 'bare', {viewport: {width: 390, height: 900}});
    check('no explorer', await bare.locator('#explorer').count() === 0);
    check('what is missing is named', (await bare.locator('#missing + p + ul').textContent())
      .includes('tables/explanation.csv'));
    check('no error', bare.errors.length === 0, bare.errors.join('; '));
    report('the page of a bare study');
  } catch (error) {
    check('it stopped', false, error.message.split('\n').slice(0, 6).join(' '));
    report('the page in a browser');
  } finally {
    await browser.close();
  }
})();
