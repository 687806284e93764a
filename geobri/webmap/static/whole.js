/* Data that came whole: a block says the checksum of its text, so that a page damaged on its way says so, and shows no other numbers. */
import { checksum } from "./checksum.js";

/** Whether a block is there with the text that was written into it. */
const isWhole = (block) => Boolean(block) && Boolean(block.dataset.sum) && checksum(block.textContent) === block.dataset.sum;

/** Say in both languages that data are damaged, in the place of what they would have shown; or at the top of a page, of which anything may be missing. */
function sayDamaged(place, isPage = false) {
  const notice = document.createElement("p");
  notice.className = "geobri-damaged";
  notice.setAttribute("role", "alert");
  const what = isPage ? ["Parts of this page did", "此页面有部分内容"] : ["Not shown: the data of this part did", "无法显示：此部分的数据"];
  notice.textContent = `${what[0]} not arrive whole. Get the file again. · ${what[1]}不完整，请重新获取文件。`;
  if (!isPage) place.append(notice);
  else {
    notice.style.cssText = "margin:0;padding:.6em 1em;background:#fff3cd;color:#3a2a00;font:16px sans-serif;position:relative;z-index:9999";
    place.prepend(notice);
  }
}

/** What a block of JSON holds; a damaged one is said in `place`, and nothing goes on. */
function readWhole(block, place) {
  if (isWhole(block)) return JSON.parse(block.textContent);
  sayDamaged(place);
  throw new Error("geobri: the data of this page did not arrive whole");
}

export { isWhole, readWhole, sayDamaged };
