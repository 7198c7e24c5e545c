// SPDX-License-Identifier: MIT
// The explorer: kept maps of chosen images, networks and methods, side by side. Its data stands in
// the page; see explorer.h for how maps are coded.
'use strict';
(() => {
  const source = document.getElementById('explorer-data');
  if (!source) return;
  const data = JSON.parse(source.textContent);
  if (data.conditions.length === 0) return;
  const $ = (id) => document.getElementById(id);
  const shapes = ['round', 'irregular'];
  const state = {condition: data.conditions[0], image: 0, hidden: new Set()};
  const pictures = new Map();

  const element = (name, attributes, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };

  // The grey values of a sheet of images, one above the other.
  const decode = (sheet) => {
    if (!pictures.has(sheet)) {
      pictures.set(sheet, new Promise((resolve, reject) => {
        const image = new Image();
        image.onload = () => {
          const canvas = element('canvas', {width: image.width, height: image.height});
          const context = canvas.getContext('2d', {willReadFrequently: true});
          context.drawImage(image, 0, 0);
          const rgba = context.getImageData(0, 0, image.width, image.height).data;
          const grey = new Uint8Array(rgba.length / 4);
          for (let i = 0; i < grey.length; i++) grey[i] = rgba[4 * i];
          resolve(grey);
        };
        image.onerror = () => reject(new Error('a picture of the page is damaged'));
        image.src = 'data:image/png;base64,' + sheet;
      }));
    }
    return pictures.get(sheet);
  };

  const size = (condition) => {
    const rows = Math.ceil(condition.height / condition.reduce);
    const columns = Math.ceil(condition.width / condition.reduce);
    return {rows, columns, pixels: rows * columns};
  };

  const isRight = (entry, image) =>
    entry.predicted === null ? null : entry.predicted === image.label;
  const nameOf = (model) => model.degree === '' ? model.corpus :
    `${model.corpus}, degree ${model.degree}` +
    (seeds().length > 1 ? `, seed ${model.seed}` : '');
  const isModel = (model) => model.degree !== '';
  const unique = (list) => [...new Set(list)];
  const models = () => state.condition.models;
  const seeds = () => unique(models().filter(isModel).map((model) => model.seed));

  const fill = (select, options, keep) => {
    const before = keep === undefined ? select.value : keep;
    select.replaceChildren(...options.map(([value, text]) =>
      element('option', {value}, text)));
    if (options.some(([value]) => value === before)) select.value = before;
  };

  const chosenModel = () => models().findIndex((model) => model.corpus === $('corpus').value &&
    (model.degree === '' || (model.degree === $('degree').value && model.seed === $('seed').value)));
  const entryOf = (model, image) =>
    state.condition.entries.find((entry) => entry.model === model && entry.image === image);
  const entriesOf = (image) => state.condition.entries.filter((entry) => entry.image === image);

  // Images that pass the filters.
  const chosenImages = () => {
    const {images} = state.condition;
    const model = chosenModel();
    return images.map((image, i) => i).filter((i) => {
      const lesions = $('lesions').value;
      if (lesions !== 'all' && String(images[i].lesions) !== lesions) return false;
      const outcomes = entriesOf(i).filter((entry) => isModel(models()[entry.model]))
        .map((entry) => isRight(entry, images[i]));
      const entry = entryOf(model, i);
      switch ($('outcome').value) {
        case 'correct': return outcomes.length > 0 && outcomes.every((right) => right === true);
        case 'right': return entry !== undefined && isRight(entry, images[i]) === true;
        case 'wrong': return entry !== undefined && isRight(entry, images[i]) === false;
        default: return true;
      }
    });
  };

  // Numbers as the tables have them.
  const say = (value) => {
    if (value === null || value === undefined) return '–';
    if (Number.isInteger(value)) return String(value);
    return Math.abs(value) < 0.001 || Math.abs(value) >= 1e5 ? value.toExponential(1) :
      String(Number(value.toPrecision(3)));
  };
  const words = {tpr: 'True positive rate', tnr: 'True negative rate', emd: 'Earth mover’s distance',
    nan_share: 'Not finite', zero_share: 'Exactly zero', ties: 'Ties at the threshold',
    attribution_sum: 'Sum of attributions', promised_sum: 'Sum that theory promises',
    completeness_error: 'Completeness error', steps_used: 'Steps'};
  const title = (column) => words[column] ||
    (column[0].toUpperCase() + column.slice(1)).replace(/_/g, ' ');

  // What would make a reader doubt the map.
  const doubts = (map, image) => {
    const value = (name) => map.v[state.condition.columns.indexOf(name)];
    const found = [];
    if (value('nan_share') > 0) found.push('has values that are not finite');
    if (value('zero_share') > 0.999) found.push('is zero nearly everywhere');
    if (value('ties') > 0.05 * image.truePixels) found.push('has many ties at the threshold');
    return found;
  };

  const paint = (canvas, picture, greys, codes, map, truth) => {
    const {rows, columns, pixels} = picture;
    canvas.width = columns;
    canvas.height = rows;
    const context = canvas.getContext('2d', {willReadFrequently: true});
    const out = context.createImageData(columns, rows);
    const show = $('show').value;
    const opacity = $('opacity').value / 100;
    const lowest = $('threshold').value / 100 * (data.levels - 1);
    for (let i = 0; i < pixels; i++) {
      const grey = greys[i];
      let ink = [grey, grey, grey];
      let part = 0;
      if (show === 'map' && codes[i] >= lowest) {
        ink = data.colours[codes[i]];
        part = opacity;
      } else if (show === 'answer') {
        const picked = codes[i] > map.above;
        part = picked || truth[i] > 0 ? 1 : 0;
        ink = picked ? (truth[i] > 0 ? [0, 158, 115] : [230, 159, 0]) : [204, 121, 167];
      }
      for (let c = 0; c < 3; c++) out.data[4 * i + c] = ink[c] * part + grey * (1 - part);
      out.data[4 * i + 3] = 255;
    }
    context.putImageData(out, 0, 0);
  };

  const outlineOf = (image) => {
    const {height, width} = state.condition;
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    svg.setAttribute('preserveAspectRatio', 'none');
    svg.setAttribute('aria-hidden', 'true');
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    path.setAttribute('d', image.outline);
    svg.append(path);
    return svg;
  };

  // What stands side by side: [entry, index of the map in it, title].
  const chosenMaps = () => {
    const list = [];
    if ($('compare').value === 'methods') {
      const others = models().flatMap((model, m) => model.corpus === 'No network' ? [m] : []);
      for (const m of [chosenModel(), ...others]) {
        const entry = entryOf(m, state.image);
        if (!entry || (list.length > 0 && m === chosenModel())) continue;
        entry.maps.forEach((map, k) => {
          if (!state.hidden.has(map.method)) {
            list.push([entry, k, state.condition.methods[map.method]]);
          }
        });
      }
      return list;
    }
    const method = Number($('method').value);
    for (const entry of entriesOf(state.image)) {
      const model = models()[entry.model];
      if (isModel(model) && $('seed').value !== 'all' && model.seed !== $('seed').value) continue;
      entry.maps.forEach((map, k) => {
        if (map.method === method) list.push([entry, k, nameOf(model)]);
      });
    }
    return list;
  };

  const caption = (entry, map, name) => {
    const image = state.condition.images[state.image];
    const model = models()[entry.model];
    const right = isRight(entry, image);
    const parts = [element('b', {}, name)];
    if ($('compare').value === 'networks' && isModel(model) && right !== null) {
      parts.push(element('span', {}, right ? 'right' : 'wrong'), ' · ');
    }
    parts.push(`TPR ${map.tpr.toFixed(2)}`);
    for (const doubt of doubts(map, image)) {
      parts.push(element('span', {class: 'warning'}, ` ⚠ ${doubt}`));
    }
    const list = element('dl');
    state.condition.columns.forEach((column, c) => {
      if (map.v[c] !== null && map.v[c] !== undefined) {
        list.append(element('dt', {}, title(column)), element('dd', {}, say(map.v[c])));
      }
    });
    list.append(element('dt', {}, 'White is at'), element('dd', {}, say(map.scale)));
    const more = element('details', {}, element('summary', {}, 'Scores and health'), list);
    return element('figcaption', {}, ...parts, more);
  };

  let turn = 0;
  const draw = async () => {
    const mine = ++turn;
    const image = state.condition.images[state.image];
    const picture = size(state.condition);
    const chosen = image && image.sheet ? chosenMaps() : [];
    const sheet = image && image.sheet ? await decode(image.sheet) : null;
    const figures = [];
    for (const [entry, k, name] of chosen) {
      const codes = (await decode(entry.sheet)).subarray(k * picture.pixels, (k + 1) * picture.pixels);
      if (mine !== turn) return;
      const map = entry.maps[k];
      const canvas = element('canvas', {role: 'img', 'aria-label':
        `${name}, image ${image.index}: true positive rate ${map.tpr.toFixed(2)}`});
      paint(canvas, picture, sheet.subarray(0, picture.pixels), codes, map,
        sheet.subarray(picture.pixels));
      const stage = element('div', {class: 'stage'}, canvas);
      if ($('outline').checked) stage.append(outlineOf(image));
      figures.push(element('figure', {}, stage, caption(entry, map, name)));
    }
    if (mine !== turn) return;
    const open = [...$('maps').querySelectorAll('details')].map((details) => details.open);
    figures.forEach((figure, i) => { figure.querySelector('details').open = open[i] === true; });
    $('maps').replaceChildren(...figures);
    tell(image, figures.length);
  };

  const tell = (image, count) => {
    if (!image) {
      $('status').textContent = 'No kept image passes these filters.';
      return;
    }
    const parts = [`Holdout image ${image.index}: ${image.lesions} ${shapes[image.label]} lesions, ` +
      `${image.truePixels} true pixels.`];
    const model = models()[chosenModel()];
    const entry = entryOf(chosenModel(), state.image);
    if ($('compare').value === 'methods' && model) {
      if (!entry) {
        parts.push(`${nameOf(model)}: no map of this image was kept.`);
      } else if (isModel(model) && entry.predicted !== null) {
        parts.push(`${nameOf(model)} says ${shapes[entry.predicted]} ` +
          `(${entry.confidence.toFixed(2)}), which is ${isRight(entry, image) ? 'right' : 'wrong'}.`);
      }
    }
    parts.push(count === 1 ? '1 map.' : `${count} maps.`);
    $('status').textContent = parts.join(' ');
  };

  const legend = () => {
    const scale = $('scale');
    if ($('show').value === 'answer') {
      const swatch = (ink) => element('span', {class: 'swatch', style: `background:${ink}`});
      scale.replaceChildren(
        element('span', {}, swatch('#009e73'), ' found'), element('span', {}, swatch('#cc79a7'), ' missed'),
        element('span', {}, swatch('#e69f00'), ' claimed wrongly'),
        'The answer is as many of the highest pixels as the truth has.');
      return;
    }
    const bar = element('canvas', {width: data.levels, height: 1, role: 'img',
      'aria-label': 'Colours from dark blue to light yellow'});
    const context = bar.getContext('2d');
    data.colours.forEach((ink, i) => {
      context.fillStyle = `rgb(${ink.join()})`;
      context.fillRect(i, 0, 1, 1);
    });
    scale.replaceChildren('0', bar, 'the map’s own 99.5th percentile');
  };

  const thumbnails = async () => {
    const {images} = state.condition;
    const chosen = chosenImages();
    if (!chosen.includes(state.image)) state.image = chosen.length > 0 ? chosen[0] : -1;
    const picture = size(state.condition);
    $('thumbs').replaceChildren(...chosen.map((i) => {
      const input = element('input', {type: 'radio', name: 'image', value: i});
      input.checked = i === state.image;
      input.addEventListener('change', () => { state.image = i; update(false); });
      const canvas = element('canvas', {width: picture.columns, height: picture.rows,
        'aria-hidden': 'true'});
      if (images[i].sheet) {
        decode(images[i].sheet).then((greys) => paintGrey(canvas, greys));
      }
      return element('label', {}, input, canvas,
        element('span', {}, `${images[i].index} ${shapes[images[i].label]}`));
    }));
  };

  const paintGrey = (canvas, greys) => {
    const context = canvas.getContext('2d', {willReadFrequently: true});
    const out = context.createImageData(canvas.width, canvas.height);
    for (let i = 0; i < canvas.width * canvas.height; i++) {
      out.data.set([greys[i], greys[i], greys[i], 255], 4 * i);
    }
    context.putImageData(out, 0, 0);
  };

  const choices = () => {
    const {methods, entries} = state.condition;
    const there = unique(entries.flatMap((entry) => entry.maps.map((map) => map.method)))
      .sort((a, b) => a - b);
    fill($('method'), there.map((m) => [String(m), methods[m]]));
    $('methods').replaceChildren(...there.map((m) => {
      const input = element('input', {type: 'checkbox', value: m});
      input.checked = !state.hidden.has(m);
      input.addEventListener('change', () => {
        if (input.checked) state.hidden.delete(m); else state.hidden.add(m);
        draw();
      });
      return element('label', {}, input, methods[m]);
    }));
    fill($('corpus'), unique(models().filter((model) => model.corpus !== 'No network')
      .map((model) => model.corpus)).map((corpus) => [corpus, corpus]));
    fill($('lesions'), [['all', 'any number'],
      ...unique(state.condition.images.map((image) => image.lesions)).sort((a, b) => a - b)
        .map((n) => [String(n), String(n)])]);
  };

  // Degrees and seeds that the chosen pre-training has.
  const narrow = () => {
    const networks = $('compare').value === 'networks';
    const same = models().filter((model) => model.corpus === $('corpus').value && isModel(model));
    fill($('degree'), unique(same.map((model) => model.degree)).map((d) => [d, d]));
    const list = networks ? seeds() :
      unique(same.filter((model) => model.degree === $('degree').value).map((model) => model.seed));
    fill($('seed'), [...(networks ? [['all', 'all']] : []), ...list.map((s) => [s, s])]);
    $('pick-seed').hidden = seeds().length < 2 || (!networks && same.length === 0);
    $('degree').disabled = same.length === 0;
    for (const part of document.querySelectorAll('.of-methods')) part.hidden = networks;
    for (const part of document.querySelectorAll('.of-networks')) part.hidden = !networks;
    for (const option of $('outcome').options) {
      option.disabled = networks && (option.value === 'right' || option.value === 'wrong');
    }
    if ($('outcome').selectedOptions[0].disabled) $('outcome').value = 'all';
  };

  const update = (filters) => {
    narrow();
    if (filters) thumbnails();
    for (const part of document.querySelectorAll('.of-map')) part.hidden = $('show').value !== 'map';
    $('opacity-now').value = `${$('opacity').value} %`;
    $('threshold-now').value = `${$('threshold').value} %`;
    legend();
    draw();
  };

  const start = () => {
    const names = {best: 'best accuracy', matched: 'matched accuracy'};
    fill($('condition'), data.conditions.map((c, i) => [String(i), names[c.condition]]));
    $('pick-condition').hidden = data.conditions.length < 2;
    $('explorer').hidden = false;
    choose();
    // The most telling start: the last degree of the first pre-training.
    const last = $('degree').options[$('degree').options.length - 1];
    if (last) $('degree').value = last.value;
    update(true);
  };

  const choose = () => {
    state.condition = data.conditions[Number($('condition').value)];
    state.image = 0;
    choices();
    narrow();
    const {reduce, leftOut, images} = state.condition;
    const notes = [];
    if (reduce > 1) {
      notes.push(`To keep this page small, a pixel here is the greatest of ${reduce} × ${reduce}.`);
    }
    if (leftOut > 0) {
      notes.push(`${images.length} of the ${images.length + leftOut} kept images are shown.`);
    }
    notes.push('Images are turned so that columns run upwards.');
    $('explorer-note').textContent = notes.join(' ');
  };

  $('condition').addEventListener('change', () => { choose(); update(true); });
  for (const id of ['compare', 'corpus', 'degree', 'seed', 'outcome', 'lesions']) {
    $(id).addEventListener('change', () => update(true));
  }
  for (const id of ['method', 'show', 'outline']) {
    $(id).addEventListener('change', () => update(false));
  }
  for (const id of ['opacity', 'threshold']) $(id).addEventListener('input', () => update(false));
  start();
})();
