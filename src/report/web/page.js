// SPDX-License-Identifier: MIT
// Tables that sort by any column, on a click or by keyboard; the contents mark the section in view.
'use strict';
(() => {
  // Which cell of a row stands in which column, where headers span several.
  const leaves = (table) => {
    const found = [];
    const taken = [];
    [...table.tHead.rows].forEach((row, r) => {
      let column = 0;
      for (const cell of row.cells) {
        while (taken[r] && taken[r][column]) column++;
        for (let y = r; y < r + cell.rowSpan; y++) {
          taken[y] = taken[y] || [];
          for (let x = column; x < column + cell.colSpan; x++) taken[y][x] = true;
        }
        if (cell.colSpan === 1) found.push([cell, column]);
        column += cell.colSpan;
      }
    });
    return found;
  };

  const key = (row, column) => {
    const cell = row.cells[column];
    const text = cell ? (cell.dataset.value || cell.textContent).trim() : '';
    const number = parseFloat(text);
    if (text === '' || text === '–') return null;
    return /^[-+.\d]/.test(text) && !Number.isNaN(number) ? number : text;
  };

  // Numbers before texts, what is missing last whichever way.
  const compare = (a, b, sign) => {
    if (a === null || b === null) return (a === null) - (b === null);
    if (typeof a !== typeof b) return typeof a === 'number' ? -sign : sign;
    return sign * (typeof a === 'number' ? a - b : a.localeCompare(b));
  };

  const sort = (table, header, column) => {
    const down = header.getAttribute('aria-sort') === 'descending' ||
      (header.getAttribute('aria-sort') !== 'ascending' && header.dataset.first === 'up');
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const fixed = rows.filter((row) => row.classList.contains('baseline'));
    const free = rows.filter((row) => !fixed.includes(row));
    const keys = new Map(free.map((row) => [row, key(row, column)]));
    free.sort((a, b) => compare(keys.get(a), keys.get(b), down ? 1 : -1));
    body.append(...free, ...fixed);
    for (const other of table.tHead.querySelectorAll('[aria-sort]')) {
      other.removeAttribute('aria-sort');
    }
    header.setAttribute('aria-sort', down ? 'ascending' : 'descending');
  };

  for (const table of document.querySelectorAll('table.sortable')) {
    for (const [header, column] of leaves(table)) {
      const button = document.createElement('button');
      button.type = 'button';
      button.append(...header.childNodes);
      header.append(button);
      header.dataset.first = column === 0 ? 'up' : 'down';
      button.addEventListener('click', () => sort(table, header, column));
    }
  }

  // The last section that begins above the text's first lines is the one that is read.
  const heading = (link) => document.getElementById(link.hash.slice(1));
  const links = [...document.querySelectorAll('.contents a')].filter(heading);
  const headings = links.map(heading);
  // Where the contents are one line, what is marked or has the focus must be in view; that line alone is moved.
  const centre = (link) => {
    const line = link.closest('ul');
    line.scrollLeft = link.offsetLeft - (line.clientWidth - link.offsetWidth) / 2;
  };
  let marked = null;
  const mark = () => {
    let now = links[0];
    headings.forEach((title, i) => {
      if (title.getBoundingClientRect().top < 100) now = links[i];
    });
    const end = document.documentElement;
    if (end.scrollTop > 0 && end.scrollTop + innerHeight >= end.scrollHeight - 2) now = links.at(-1);
    if (now === marked) return;
    if (marked) marked.removeAttribute('aria-current');
    now.setAttribute('aria-current', 'location');
    marked = now;
    centre(now);
  };
  document.querySelector('.contents').addEventListener('focusin', (event) => centre(event.target));
  let waiting = false;
  addEventListener('scroll', () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      mark();
    });
  }, {passive: true});
  addEventListener('resize', mark);
  new ResizeObserver(mark).observe(document.body); // pictures and what is folded out move the sections
})();
