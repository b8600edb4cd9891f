(function () {
  'use strict';
  var root = document.documentElement;
  var tip = document.getElementById('tip');
  var live = document.getElementById('live');
  var button = document.getElementById('theme');
  var chart = null;
  var mark = null;
  var byKey = false;
  var pointer = [0, 0];

  // The theme: as the system has it, until the reader chooses. A file opened from disk may have no storage.
  var themes = ['auto', 'light', 'dark'];
  function stored(value) {
    try {
      if (value === undefined) return window.localStorage.getItem('moodlake-theme');
      window.localStorage.setItem('moodlake-theme', value);
    } catch (error) { /* the choice then lasts as long as the page */ }
    return null;
  }
  function setTheme(theme) {
    if (theme === 'auto') root.removeAttribute('data-theme');
    else root.setAttribute('data-theme', theme);
    button.textContent = 'Theme: ' + theme;
  }
  var theme = Math.max(0, themes.indexOf(stored()));
  setTheme(themes[theme]);
  button.hidden = false;
  button.addEventListener('click', function () {
    theme = (theme + 1) % themes.length;
    setTheme(themes[theme]);
    stored(themes[theme]);
  });

  // A chart's title would show as the browser's own tooltip above every mark; as a description it keeps naming the chart.
  Array.prototype.forEach.call(document.querySelectorAll('svg > title'), function (title) {
    var named = document.createElementNS('http://www.w3.org/2000/svg', 'desc');
    named.id = title.id;
    named.textContent = title.textContent;
    title.parentNode.replaceChild(named, title);
  });
  // Of what runs over time and is wider than the screen the newest days are seen first.
  Array.prototype.forEach.call(document.querySelectorAll('.chart > .late'), function (box) {
    box.scrollLeft = box.scrollWidth;
  });

  function hide() {
    if (mark) mark.classList.remove('on');
    mark = null;
    tip.hidden = true;
  }
  function show(next, speak, key) {
    byKey = !!key;
    if (mark !== next) {
      if (mark) mark.classList.remove('on');
      mark = next;
      chart = next.ownerSVGElement;
      mark.classList.add('on');
      tip.textContent = mark.getAttribute('data-v');
      tip.hidden = false;
    }
    if (speak) live.textContent = mark.getAttribute('data-v').replace(/\n/g, ', ');
    place();
  }
  function place() {
    var at = mark.getBoundingClientRect();
    var own = tip.getBoundingClientRect();
    var x = Math.min(Math.max(8, at.left + at.width / 2 - own.width / 2), root.clientWidth - own.width - 8);
    var above = at.top - own.height - 10;
    // A mark as high as its chart, such as a day's column, has no room above it: the tooltip then stands beside it.
    if (at.height > 100) {
      above = Math.max(8, at.top + 8);
      x = at.right + 12 + own.width < root.clientWidth ? at.right + 12 : Math.max(8, at.left - own.width - 12);
    } else if (above < 8) above = at.bottom + 10;
    tip.style.transform = 'translate(' + Math.round(x) + 'px,' + Math.round(above) + 'px)';
  }
  function marksOf(svg) {
    return Array.prototype.slice.call(svg.querySelectorAll('[data-v]'));
  }
  function centre(of) {
    var box = of.getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
  }
  // The nearest mark in a direction; one that lies off the line counts as farther away.
  function nearest(marks, from, dx, dy) {
    var start = centre(from);
    var best = null;
    var least = Infinity;
    marks.forEach(function (other) {
      var end = centre(other);
      var along = (end[0] - start[0]) * dx + (end[1] - start[1]) * dy;
      var across = Math.abs((end[0] - start[0]) * dy) + Math.abs((end[1] - start[1]) * dx);
      var far = along + 3 * across;
      if (along > 0.4 && across <= along + 0.5 && far < least) {
        least = far;
        best = other;
      }
    });
    return best;
  }
  var steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  function move(svg, key) {
    var marks = marksOf(svg);
    if (!marks.length) return false;
    var current = mark && chart === svg ? mark : null;
    var next = null;
    if (key === 'Home' || (!current && steps[key])) next = marks[0];
    else if (key === 'End') next = marks[marks.length - 1];
    else if (steps[key]) {
      var step = steps[key];
      next = nearest(marks, current, step[0], step[1]);
      // A chart in one dimension is walked through with either pair of keys.
      if (!next && !nearest(marks, current, -step[0], -step[1])) next = marks[marks.indexOf(current) + step[0] + step[1]];
      next = next || current;
    } else return false;
    show(next, true, true);
    next.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    place();
    return true;
  }

  document.addEventListener('pointerover', function (event) {
    // A chart that scrolls under a resting pointer is not pointed at.
    var rests = byKey && event.clientX === pointer[0] && event.clientY === pointer[1];
    pointer = [event.clientX, event.clientY];
    if (rests || event.pointerType === 'touch') return;
    var over = event.target.closest && event.target.closest('svg [data-v]');
    if (over) show(over, false);
    else if (mark && !byKey) hide();
  });
  document.addEventListener('click', function (event) {
    var over = event.target.closest && event.target.closest('svg [data-v]');
    if (over) show(over, true);
    else hide();
  });
  document.addEventListener('keydown', function (event) {
    if (event.key === 'Escape') hide();
    var svg = event.target.closest && event.target.closest('svg[tabindex]');
    if (svg && !event.ctrlKey && !event.altKey && !event.metaKey && move(svg, event.key)) event.preventDefault();
  });
  document.addEventListener('focusout', hide);
  document.addEventListener('scroll', function () { if (mark) place(); }, true);
  window.addEventListener('resize', hide);
}());
