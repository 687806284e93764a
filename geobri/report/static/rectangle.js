/* Rectangles of the pointer. */

const CLICK_PX = 4;

const isClick = (from, to) => Math.abs(to.clientX - from.clientX) < CLICK_PX && Math.abs(to.clientY - from.clientY) < CLICK_PX;

/** The rectangle between two places, whichever way it was drawn. */
const spanOf = (from, to) => ({
  left: Math.min(from.clientX, to.clientX),
  right: Math.max(from.clientX, to.clientX),
  top: Math.min(from.clientY, to.clientY),
  bottom: Math.max(from.clientY, to.clientY),
});

/** Whether the middle of a box lies in a rectangle. */
function within(box, span) {
  const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  return x >= span.left && x <= span.right && y >= span.top && y <= span.bottom;
}

export { isClick, spanOf, within };
