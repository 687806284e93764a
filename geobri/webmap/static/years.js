/* Years: a slider that can play, and another year to compare with. */
import { choice, field } from "./controls.js";
import { h, icon } from "./dom.js";

const STEP_MS = 900;

function yearField(app) {
  const { values } = app.model;
  if (!values.keys.some((key) => values.yearsOf(key).length)) return null;
  const slider = h("input", { type: "range", min: 0, step: 1, class: "geobri-year" });
  const text = h("output", { class: "geobri-range-text" });
  const play = h("button", { type: "button", class: "geobri-button" }, icon("play"));
  const years = () => values.yearsOf(app.now.state.value);
  const now = () => app.now.state.year ?? values.yearOf(app.now.state.value);
  let timer = null;

  function stop() {
    clearInterval(timer);
    timer = null;
    app.acts.sync();
  }
  function step() {
    const next = years()[years().indexOf(now()) + 1];
    if (next === undefined) return stop();
    app.acts.set({ year: next });
    if (next === years()[years().length - 1]) stop();
  }
  play.addEventListener("click", () => {
    if (timer !== null) return stop();
    if (now() === years()[years().length - 1]) app.acts.set({ year: years()[0] });
    timer = setInterval(step, STEP_MS);
    app.acts.sync();
  });
  slider.addEventListener("input", () => app.acts.setSoon({ year: years()[Number(slider.value)] }));
  slider.addEventListener("change", () => app.acts.setNow());

  const options = () => [["", app.words.say("noYear")], ...years().filter((year) => year !== now()).map((year) => [String(year), app.words.say("changeSince", { year })])];
  const since = choice(app, options, () => String(app.now.state.since ?? ""), (year) => ({ since: year ? Number(year) : null }), "compareWith");
  const box = field(app, "year", h("div", { class: "geobri-spread geobri-years" }, play, slider, text), since);
  app.acts.onSync(() => {
    box.hidden = years().length < 2;
    if (box.hidden) return;
    slider.max = years().length - 1;
    slider.value = years().indexOf(now());
    slider.setAttribute("aria-label", app.words.say("year"));
    slider.setAttribute("aria-valuetext", String(now()));
    text.textContent = String(now());
    play.replaceChildren(icon(timer === null ? "play" : "pause"));
    play.setAttribute("aria-label", app.words.say(timer === null ? "play" : "pause"));
    play.title = app.words.say(timer === null ? "play" : "pause");
  });
  return box;
}

export { yearField };
