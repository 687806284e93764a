/* A sheet of canvas that lies in the map, larger than the window, and moves and zooms with it. */

const PADDING = 0.3;
const MAX_RATIO = 2;
const MAX_PIXELS = 24e6; /* of one sheet, on very large screens */

function defineSheet() {
  return L.Renderer.extend({
    options: { padding: PADDING },

    /** paint(context, view) is called whenever the sheet is laid anew. */
    initialize(pane, paint) {
      L.Renderer.prototype.initialize.call(this, { pane });
      this._paint = paint;
    },

    getEvents() {
      return { ...L.Renderer.prototype.getEvents.call(this), move: this._onMove };
    },

    _initContainer() {
      this._container = document.createElement("canvas");
      this._context = this._container.getContext("2d");
    },

    _destroyContainer() {
      L.DomUtil.remove(this._container);
      delete this._context;
      delete this._container;
    },

    /* Dragged beyond the sheet's rim: lay it anew under the window. */
    _onMove() {
      if (this._map._animatingZoom || !this._bounds || this._map.getZoom() !== this._zoom) return;
      const corner = this._map.containerPointToLayerPoint([0, 0]);
      const size = this._map.getSize();
      if (!this._bounds.contains(L.bounds(corner, corner.add(size)))) this._update();
    },

    _updatePaths() {},

    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const canvas = this._container;
      const size = this._bounds.getSize();
      const ratio = Math.min(MAX_RATIO, window.devicePixelRatio || 1, Math.sqrt(MAX_PIXELS / Math.max(1, size.x * size.y)));
      L.DomUtil.setPosition(canvas, this._bounds.min);
      canvas.width = Math.round(size.x * ratio);
      canvas.height = Math.round(size.y * ratio);
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
      this.repaint();
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

    repaint() {
      if (!this._context || !this._bounds) return;
      const view = this.getView();
      this._context.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
      this._context.clearRect(0, 0, view.width, view.height);
      this._paint(this._context, view);
    },
  });
}

/**
 * A window on the world: `scale` pixels for the whole world, its upper left corner at x0, y0.
 * `copies` are the copies of the world that can reach into it.
 */
function makeView(scale, x0, y0, width, height, ratio) {
  const west = x0 / scale;
  const east = (x0 + width) / scale;
  const copies = [-1, 0, 1].filter((k) => k + 1 >= west && k <= east);
  const inner = [0, 0, width, height]; /* the part the reader sees */
  return { scale, x0, y0, width, height, ratio, copies, inner, west, east, north: y0 / scale, south: (y0 + height) / scale };
}

/** The part of a sheet's view that the reader sees. */
function windowOf(view) {
  const [left, top, right, bottom] = view.inner;
  return makeView(view.scale, view.x0 + left, view.y0 + top, right - left, bottom - top, view.ratio);
}

let Sheet = null;
function makeSheet(pane, paint) {
  Sheet = Sheet || defineSheet();
  return new Sheet(pane, paint);
}

export { makeSheet, makeView, windowOf };
