/* Compare, ask, group, look at one city, follow over the years. Everything from the study is written as text, never as markup. */
import { makeCompare } from "./compare.js";
import { both, make } from "./dom.js";
import { makeHistory } from "./history.js";
import { makePortrait } from "./portrait.js";
import { makeQuery } from "./query.js";
import { makeSides } from "./sides.js";

function buildPlatform(host, tables) {
  /** @type {[string, string, string, (tables: any) => Element][]} */
  const parts = [["compare", "Compare", "比较", makeCompare], ["query", "Ask", "查询", makeQuery]];
  const sides = makeSides(tables);
  if (sides) parts.push(["groups", "Groups", "分组", () => sides]);
  parts.push(["portrait", "One by one", "逐一查看", makePortrait]);
  if (tables.history) parts.push(["history", "Over the years", "历年变化", makeHistory]);
  const tabs = make("div", { role: "tablist" });
  const panels = parts.map(([key, en, zh, fill]) => {
    const tab = make("button", { type: "button", role: "tab", id: `pf-tab-${key}`, "aria-controls": `pf-${key}` }, both(en, zh));
    const panel = make("div", { class: "pf-panel", role: "tabpanel", id: `pf-${key}`, "aria-labelledby": tab.id }, fill(tables));
    tabs.append(tab);
    return { tab, panel };
  });
  function open(at, focus) {
    panels.forEach(({ tab, panel }, k) => {
      tab.setAttribute("aria-selected", String(k === at));
      tab.tabIndex = k === at ? 0 : -1;
      panel.hidden = k !== at;
    });
    if (focus) panels[at].tab.focus();
  }
  panels.forEach(({ tab }, k) => {
    tab.addEventListener("click", () => open(k));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: panels.length - 1 }[event.key];
      if (step) open((k + step) % panels.length, true);
    });
  });
  host.append(tabs, ...panels.map(({ panel }) => panel));
  open(0);
}

export { buildPlatform };
