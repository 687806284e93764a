/* Every word the page itself says, in both languages; {…} is filled in. */

const WORDS = {
  en: {
    all: "All",
    between: "Between",
    cityPoints: "City points",
    cityTypes: "City types",
    clearSearch: "Clear the search",
    close: "Close",
    "inland-inland": "Both inland",
    "coast-inland": "Mixed",
    "coast-coast": "Both coastal",
    coastal: "coastal",
    controls: "Map controls",
    corridor: "Corridor",
    countAll: "{m} corridors",
    countSome: "{n} of {m} corridors",
    density: "Overlap of corridors, weighted by value",
    distance: "Distance",
    few: "few",
    filters: "Filters",
    findCity: "Find a city",
    fullScreen: "Full screen",
    greatCircles: "Great circles, not routes",
    help: "Arrow keys move the map, plus and minus zoom. N and P step through the strongest corridors, Enter keeps one, Escape lets go.",
    imageFailed: "The image could not be made.",
    imageSaved: "The image was saved.",
    inland: "inland",
    inward: "Within",
    km: "km",
    languageName: "中文",
    legend: "Legend",
    many: "many",
    noMatch: "No city found",
    moreWithoutRank: "{n} corridors without a rank",
    moreWithoutScore: "{n} corridors without a value",
    nothing: "No corridor passes these filters.",
    outward: "Leaving",
    pointsSame: "All alike",
    rank: "Rank",
    rankOf: "Rank {v} of {n}",
    ranks: "Ranks",
    region: "Region",
    regionAnd: "and region",
    regions: "Regions",
    reset: "Reset",
    saveImage: "Save as image",
    score: "Score",
    scores: "Scores",
    sheetNote: "The {n} strongest of the corridors shown.",
    show: "Width and colour",
    source: "Source",
    strongest: "Strongest",
    strongestLines: "Lines: the {n} strongest",
    switchLanguage: "切换到中文",
    switchTheme: "Theme: {theme}",
    table: "Table of corridors",
    theme_auto: "as the system",
    theme_dark: "dark",
    theme_light: "light",
    withoutRank: "Without a rank",
    withoutScore: "Without a value",
    drawMissingRank: "Draw corridors without a rank",
    drawMissingScore: "Draw corridors without a value",
    zoomIn: "Zoom in",
    zoomOut: "Zoom out",
  },
  zh: {
    all: "全部",
    between: "之间",
    cityPoints: "城市点",
    cityTypes: "城市类型",
    clearSearch: "清除搜索",
    close: "关闭",
    "inland-inland": "均为内陆",
    "coast-inland": "沿海与内陆",
    "coast-coast": "均为沿海",
    coastal: "沿海",
    controls: "地图控件",
    corridor: "通路",
    countAll: "{m} 条通路",
    countSome: "{m} 条通路中的 {n} 条",
    density: "通路叠加密度（按数值加权）",
    distance: "距离",
    few: "少",
    filters: "筛选",
    findCity: "查找城市",
    fullScreen: "全屏",
    greatCircles: "线为大圆线，并非实际路线",
    help: "方向键移动地图，加减键缩放；N 和 P 依次浏览最强的通路，回车固定，Esc 取消。",
    imageFailed: "无法生成图片。",
    imageSaved: "图片已保存。",
    inland: "内陆",
    inward: "区域内",
    km: "公里",
    languageName: "EN",
    legend: "图例",
    many: "多",
    noMatch: "未找到城市",
    moreWithoutRank: "另有 {n} 条通路无排名",
    moreWithoutScore: "另有 {n} 条通路无数值",
    nothing: "没有符合筛选条件的通路。",
    outward: "区域外",
    pointsSame: "统一样式",
    rank: "排名",
    rankOf: "第 {v} 位（共 {n} 位）",
    ranks: "排名范围",
    region: "区域",
    regionAnd: "与区域",
    regions: "区域",
    reset: "重置",
    saveImage: "保存为图片",
    score: "得分",
    scores: "得分范围",
    sheetNote: "当前显示的通路中最强的 {n} 条。",
    show: "线宽与颜色",
    source: "来源",
    strongest: "最强",
    strongestLines: "线条：最强的 {n} 条",
    switchLanguage: "Switch to English",
    switchTheme: "主题：{theme}",
    table: "通路列表",
    theme_auto: "跟随系统",
    theme_dark: "深色",
    theme_light: "浅色",
    withoutRank: "无排名",
    withoutScore: "无数值",
    drawMissingRank: "显示无排名的通路",
    drawMissingScore: "显示无数值的通路",
    zoomIn: "放大",
    zoomOut: "缩小",
  },
};

function say(lang, key, fill) {
  const words = WORDS[lang][key];
  return words.replace(/\{(\w+)\}/g, (_, name) => String(fill[name]));
}

const formats = new Map(); /* making one takes far longer than using it */

function formatNumber(lang, value, digits) {
  const name = `${lang}${digits}`;
  if (!formats.has(name)) {
    formats.set(name, new Intl.NumberFormat(lang === "zh" ? "zh-CN" : "en", { maximumFractionDigits: digits }));
  }
  return formats.get(name).format(value);
}

/** A value of a measure as the reader sees it: ranks whole, scores with three significant digits' worth of decimals. */
function formatValue(lang, measure, value) {
  if (Number.isNaN(value)) return "–";
  const span = measure.high - measure.low || Math.abs(measure.high) || 1;
  const digits = measure.kind === "rank" ? (Number.isInteger(value) ? 0 : 1) : Math.max(0, Math.min(6, 2 - Math.floor(Math.log10(span))));
  const unit = measure.unit[lang];
  return formatNumber(lang, value, digits) + (unit ? ` ${unit}` : "");
}

export { say, formatNumber, formatValue };
