/* Which cards are unfolded: all where there is room, few where there is not, and whatever the reader has opened. */

const ROOMY = [900, 600]; /* less than this, and the controls begin folded */
const SELECTING_PX = 860; /* lower, and a selection takes the place of controls and legend */

/**
 * What is unfolded: `controls` and `legend`, each as the reader wishes (true or false) or, where nothing was wished
 * (null), as the window and the state suit.
 */
function decideFolding({ width, height, isNarrow, isClosed, isSelecting, isWide, wishes }) {
  const small = isNarrow || (width > 0 && (width < ROOMY[0] || height < ROOMY[1]));
  const tall = isNarrow && isWide && height > 1.7 * width; /* the legend takes the place of empty water */
  const low = isSelecting && !isNarrow && height < SELECTING_PX;
  return {
    controls: wishes.controls ?? !(small || isClosed || low),
    legend: wishes.legend ?? (tall ? !isSelecting : !(small || low)),
  };
}

function addFolding(app) {
  const wishes = { controls: null, legend: null };
  const isSelecting = () => app.now.state.city !== null || app.now.state.corridor !== null;
  let selecting = false;
  const decide = () => decideFolding({
    width: app.now.width, height: app.now.height, isNarrow: app.asks.isNarrow(),
    isClosed: app.config.panel === "closed", isSelecting: isSelecting(), isWide: app.model.isWide, wishes,
  });
  app.folding.unfolded = () => {
    if (isSelecting() !== selecting) {
      selecting = isSelecting();
      if (selecting && !app.asks.isNarrow() && app.now.height < SELECTING_PX) Object.assign(wishes, { controls: null, legend: null });
    }
    return decide();
  };
  app.folding.fold = (name, isOpen) => {
    wishes[name] = isOpen;
    app.acts.sync();
  };
}

export { addFolding, decideFolding };
