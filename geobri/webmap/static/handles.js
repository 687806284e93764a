/* Two handles of one range, which may be dragged past each other. */

/**
 * What two handles mean. While the reader holds one, the other one stands still, and the range is what lies between
 * them, whichever is the lower; when it is let go, or the range comes from elsewhere, the first is the lower again.
 * `ends()` gives the range, `put(k, value)` places a handle, `held` is the one held.
 */
function makeHandles({ ends, put }) {
  let held = -1;
  let still = NaN;
  let moved = NaN;
  const sorted = () => [Math.min(still, moved), Math.max(still, moved)];
  return {
    /** The reader takes handle k. */
    hold(k) {
      if (held === k) return;
      held = k;
      [still, moved] = [ends()[1 - k], ends()[k]];
    },
    /** The held handle is at this value: the range that is meant. */
    move(k, value) {
      this.hold(k);
      moved = value;
      return sorted();
    },
    /** The reader lets go; gives the handle that stands where the held one was, for the focus. */
    release() {
      const k = held < 0 ? -1 : moved === still ? held : Number(moved > still);
      held = -1;
      ends().forEach((value, end) => put(end, value));
      return k;
    },
    /** The range may have changed, here or elsewhere. */
    sync() {
      const now = ends();
      const mine = held >= 0 && sorted().every((value, k) => value === now[k]);
      if (!mine) held = -1;
      put(held < 0 ? 0 : held, mine ? moved : now[0]);
      put(held < 0 ? 1 : 1 - held, mine ? still : now[1]);
    },
  };
}

export { makeHandles };
