/* A sheet of canvas that lies in the map, larger than the window, and moves and zooms with it. */

const PADDING = 0.15;
const EARLY = 0.07; /* of the window, before its rim is reached */
const RIM = 24; /* pixels around a part in which something may begin that reaches into it */
const MAX_RATIO = 2;
const MAX_PIXELS = 24e6; /* of one sheet, on very large screens */

/* Sheets that shall be laid anew soon, one in a frame: all of them at once would hold up a drag. */
const waiting = new Set();
function layNext() {
  for (const sheet of [...waiting].slice(0, 1)) {
    waiting.delete(sheet);
    if (sheet._map) sheet._update();
  }
  if (waiting.size) requestAnimationFrame(layNext);
}
function laySoon(sheet) {
  if (!waiting.size) requestAnimationFrame(layNext);
  waiting.add(sheet);
}

function defineSheet() {
  return L.Renderer.extend({
    options: { padding: PADDING },

    /**
     * paint(context, view) is called whenever the sheet is laid anew, of a sheet that `scrolls` only for the strips that
     * come into it. One that `isEmpty()` is not there until it is needed.
     */
    initialize(pane, paint, { scrolls = false, isEmpty = () => false } = {}) {
      L.Renderer.prototype.initialize.call(this, { pane });
      Object.assign(this, { _paint: paint, _scrolls: scrolls, _isEmpty: isEmpty });
    },

    getEvents() {
      return { ...L.Renderer.prototype.getEvents.call(this), move: this._onMove, moveend: this._onEnd, dragstart: this._onDragStart };
    },

    _initContainer() {
      this._container = document.createElement("canvas");
      this._context = this._container.getContext("2d");
    },

    _destroyContainer() {
      L.DomUtil.remove(this._container);
      waiting.delete(this);
      delete this._context;
      delete this._container;
      delete this._lying;
    },

    /* Dragged towards the sheet's rim: lay it anew under the window. */
    _onMove() {
      if (this._map._animatingZoom || !this._bounds || this._map.getZoom() !== this._zoom) return;
      const corner = this._map.containerPointToLayerPoint([0, 0]);
      const size = this._map.getSize();
      const early = size.multiplyBy(EARLY);
      if (!this._bounds.contains(L.bounds(corner.subtract(early), corner.add(size).add(early)))) laySoon(this);
    },

    _onDragStart() {
      this._dragged = true;
    },

    _onEnd() {
      if (this._dragged && this._map.getZoom() === this._zoom) laySoon(this);
      else this._update();
      this._dragged = false;
    },

    _updatePaths() {},

    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      waiting.delete(this);
      L.Renderer.prototype._update.call(this);
      if (!this._isHidden()) {
        this._fit();
        if (!this._scroll()) this.repaint();
      }
    },

    /* One that is empty costs nothing, then: it has no place until it is first needed, and later keeps it, for the page would be laid out anew. */
    _isHidden() {
      const isEmpty = this._isEmpty();
      this._container.hidden = isEmpty && !this._lying;
      this._container.style.visibility = isEmpty ? "hidden" : "";
      return isEmpty;
    },

    _fit() {
      const canvas = this._container;
      const size = this._bounds.getSize();
      const ratio = Math.min(MAX_RATIO, window.devicePixelRatio || 1, Math.sqrt(MAX_PIXELS / Math.max(1, size.x * size.y)));
      const [width, height] = [Math.round(size.x * ratio), Math.round(size.y * ratio)];
      L.DomUtil.setPosition(canvas, this._bounds.min);
      if (canvas.width !== width || canvas.height !== height) {
        Object.assign(canvas, { width, height });
        canvas.style.width = `${size.x}px`;
        canvas.style.height = `${size.y}px`;
        this._lying = null;
      }
    },

    getView() {
      const origin = this._map.getPixelOrigin().add(this._bounds.min);
      const size = this._bounds.getSize();
      const ratio = this._container.width / size.x;
      const view = makeView(this._map.options.crs.scale(this._zoom), origin.x, origin.y, size.x, size.y, ratio);
      const corner = this._map.containerPointToLayerPoint([0, 0]).subtract(this._bounds.min);
      const window = this._map.getSize();
      return { ...view, inner: [corner.x, corner.y, corner.x + window.x, corner.y + window.y] };
    },

    /* What is there moves along, and only the strips beside it are painted; false where that cannot be. */
    _scroll() {
      const old = this._lying;
      if (!this._scrolls || !old) return false;
      const view = this.getView();
      const [dx, dy] = [(old.x0 - view.x0) * view.ratio, (old.y0 - view.y0) * view.ratio];
      const { width, height } = this._container;
      if (old.scale !== view.scale || !Number.isInteger(dx) || !Number.isInteger(dy) || Math.abs(dx) >= width || Math.abs(dy) >= height) return false;
      this._lying = view;
      if (dx === 0 && dy === 0) return true;
      const context = this._context;
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.globalCompositeOperation = "copy";
      context.drawImage(this._container, dx, dy);
      context.globalCompositeOperation = "source-over";
      /* The strip at the side in full height, then the one above or below, without the corner that is painted by now. */
      if (dx) this._paintPart(view, dx > 0 ? 0 : width + dx, 0, Math.abs(dx), height);
      if (dy) this._paintPart(view, Math.max(0, dx), dy > 0 ? 0 : height + dy, width - Math.abs(dx), Math.abs(dy));
      return true;
    },

    /* A part of the sheet, in pixels of its canvas. */
    _paintPart(view, x, y, width, height) {
      const context = this._context;
      const [left, top, right, bottom] = [x - RIM, y - RIM, x + width + RIM, y + height + RIM].map((side) => side / view.ratio);
      const part = { west: (view.x0 + left) / view.scale, east: (view.x0 + right) / view.scale, north: (view.y0 + top) / view.scale, south: (view.y0 + bottom) / view.scale };
      context.save();
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.beginPath();
      context.rect(x, y, width, height);
      context.clip();
      context.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
      this._paint(context, { ...view, ...part });
      context.restore();
    },

    /* Not in this frame, nor in what is left of it. */
    repaintSoon() {
      if (this._isStale) return;
      this._isStale = true;
      requestAnimationFrame(() => requestAnimationFrame(() => this.settle()));
    },

    settle() {
      if (this._isStale) this.repaint();
    },

    repaint() {
      this._isStale = false;
      if (!this._context || !this._bounds) return;
      const wasHidden = this._container.hidden || this._container.style.visibility === "hidden";
      if (this._isHidden()) return;
      if (wasHidden) this._fit();
      const view = this.getView();
      this._lying = view;
      this._context.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
      this._context.clearRect(0, 0, view.width, view.height);
      this._paint(this._context, view);
    },
  });
}

/**
 * A window on the world: `scale` pixels for the whole world, its upper left corner at x0, y0.
 * `copies` are the copies of the world that can reach into it.
 * @param {number} scale
 * @param {number} x0
 * @param {number} y0
 * @param {number} width
 * @param {number} height
 * @param {number} ratio
 * @returns {View}
 */
function makeView(scale, x0, y0, width, height, ratio) {
  const west = x0 / scale;
  const east = (x0 + width) / scale;
  const copies = [-1, 0, 1].filter((k) => k + 1 >= west && k <= east);
  const inner = [0, 0, width, height]; /* the part the reader sees */
  return { scale, x0, y0, width, height, ratio, copies, inner, west, east, north: y0 / scale, south: (y0 + height) / scale };
}

/**
 * The same window on a world of another size.
 * @param {View} view
 * @param {number} factor
 * @returns {View}
 */
function scaleView(view, factor) {
  const [scale, x0, y0, width, height] = [view.scale, view.x0, view.y0, view.width, view.height].map((part) => part * factor);
  return { ...makeView(scale, x0, y0, width, height, view.ratio), inner: view.inner.map((side) => side * factor) };
}

let Sheet = null;
function makeSheet(pane, paint, how = {}) {
  Sheet = Sheet || defineSheet();
  return new Sheet(pane, paint, how);
}

export { makeSheet, makeView, scaleView };
