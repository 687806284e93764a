/* Every word the page itself says, in both languages; {…} is filled in. */

const WORDS = {
  en: {
    saidAll: "Corridors",
    saidCity: "of {city}",
    saidRange: "with {measure} from {low} to {high}",
    saidTop: "The {n} strongest corridors by {measure}",
    said_between: "between {a} and {b}",
    said_leaving: "that leave or enter {a}",
    said_within: "within {a}",
    "said_coast-coast": "both ends coastal",
    "said_coast-inland": "one end coastal, one inland",
    "said_inland-inland": "both ends inland",
    sentence: "{what}{joint}{parts}.",
    drawZeros: "Draw corridors with none (0)",
    fromTo: "{low} to {high}",
    leftFiltered: "{n} filtered out",
    leftMissing: "{n} without a value",
    leftNothing: "{n} with none (0)",
    leftUnranked: "{n} without a rank",
    none: "None (0)",
    rangeAll: "All values",
    rangeFrom: "Show from",
    rangeShown: "Shown",
    rangeTo: "Show up to",
    scale: "Scale",
    scale_linear: "linear",
    scale_log: "logarithmic",
    scale_quantile: "quantiles",
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
    hereAt: "{k} of {n} here",
    hereBefore: "The corridor before it at this place",
    hereNext: "The next corridor at this place",
    inland: "inland",
    inward: "Within",
    km: "km",
    m: "m",
    languageName: "中文",
    legend: "Legend",
    many: "many",
    noMatch: "No city found",
    moreWithoutRank: "{n} corridors without a rank",
    moreWithoutScore: "{n} corridors without a value",
    nothing: "No corridor passes these filters.",
    oneOfHere: "{k} of {n} here; click again for the next",
    outward: "Leaving",
    pointsSame: "All alike",
    rank: "Rank",
    rankOf: "Rank {v} of {n}",
    region: "Region",
    regionAnd: "and region",
    regions: "Regions",
    reset: "Reset",
    saveDrawing: "Save as drawing (SVG)",
    saveImage: "Save as image",
    saveTable: "Save what is shown as table (CSV)",
    sheetNote: "The {n} strongest of the corridors shown.",
    show: "Width and colour",
    source: "Source",
    strongest: "Strongest",
    strongestLines: "Lines: the {n} strongest",
    switchLanguage: "切换到中文",
    switchTheme: "Theme: {theme}",
    table: "Table of corridors",
    tableSaved: "The table was saved.",
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
    saidAll: "通路",
    saidCity: "与{city}相连",
    saidRange: "“{measure}”在 {low} 至 {high} 之间",
    saidTop: "按“{measure}”最强的 {n} 条通路",
    said_between: "{a}与{b}之间",
    said_leaving: "一端在{a}之内、一端在外",
    said_within: "两端均在{a}",
    "said_coast-coast": "两端均沿海",
    "said_coast-inland": "一端沿海、一端内陆",
    "said_inland-inland": "两端均内陆",
    sentence: "{what}{joint}{parts}。",
    drawZeros: "显示数值为零的通路",
    fromTo: "{low} 至 {high}",
    leftFiltered: "{n} 条被筛除",
    leftMissing: "{n} 条无数值",
    leftNothing: "{n} 条为零",
    leftUnranked: "{n} 条无排名",
    none: "无（零）",
    rangeAll: "全部数值",
    rangeFrom: "显示下限",
    rangeShown: "显示范围",
    rangeTo: "显示上限",
    scale: "尺度",
    scale_linear: "线性",
    scale_log: "对数",
    scale_quantile: "分位数",
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
    hereAt: "此处第 {k} 条，共 {n} 条",
    hereBefore: "此处的上一条通路",
    hereNext: "此处的下一条通路",
    inland: "内陆",
    inward: "区域内",
    km: "公里",
    m: "米",
    languageName: "EN",
    legend: "图例",
    many: "多",
    noMatch: "未找到城市",
    moreWithoutRank: "另有 {n} 条通路无排名",
    moreWithoutScore: "另有 {n} 条通路无数值",
    nothing: "没有符合筛选条件的通路。",
    oneOfHere: "此处第 {k} 条，共 {n} 条；再次点击看下一条",
    outward: "区域外",
    pointsSame: "统一样式",
    rank: "排名",
    rankOf: "第 {v} 位（共 {n} 位）",
    region: "区域",
    regionAnd: "与区域",
    regions: "区域",
    reset: "重置",
    saveDrawing: "保存为矢量图（SVG）",
    saveImage: "保存为图片",
    saveTable: "将显示内容保存为表格（CSV）",
    sheetNote: "当前显示的通路中最强的 {n} 条。",
    show: "线宽与颜色",
    source: "来源",
    strongest: "最强",
    strongestLines: "线条：最强的 {n} 条",
    switchLanguage: "Switch to English",
    switchTheme: "主题：{theme}",
    table: "通路列表",
    tableSaved: "表格已保存。",
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

const compacts = new Map();

/** Few digits and a word for thousands and millions: for labels, and for numbers that were rounded on the way. */
function formatCompact(lang, value, digits) {
  const name = `${lang}${digits}`;
  if (!compacts.has(name)) compacts.set(name, new Intl.NumberFormat(lang === "zh" ? "zh-CN" : "en", { notation: "compact", maximumSignificantDigits: digits }));
  return compacts.get(name).format(value);
}

const withUnit = (text, unit) => text + (unit ? ` ${unit}` : "");

/** How many digits behind the point are worth reading: as many as the column has, and no more than its span needs. */
function digitsOf(measure, value) {
  if (measure.kind === "rank") return Number.isInteger(value) ? 0 : 1;
  const span = measure.high - measure.low || Math.abs(measure.high) || 1;
  return Math.max(0, Math.min(6, measure.decimals ?? 6, 3 - Math.floor(Math.log10(span))));
}

/** A value of a measure as the reader sees it, with its unit. */
function formatValue(lang, measure, value) {
  if (Number.isNaN(value)) return "–";
  const text = measure.coarse ? formatCompact(lang, value, 4) : formatNumber(lang, value, digitsOf(measure, value));
  return withUnit(text, measure.unit[lang]);
}

/** A round number for a legend, without its unit. */
function formatShort(lang, measure, value) {
  if (Math.abs(value) >= 1e6) return formatCompact(lang, value, 3);
  return formatNumber(lang, value, Math.max(digitsOf(measure, value), Number.isInteger(value) || value === 0 ? 0 : Math.min(6, 2 - Math.floor(Math.log10(Math.abs(value))))));
}

export { say, formatNumber, formatValue, formatShort };
