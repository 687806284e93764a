/* Data that came whole: a block says the checksum of its text, so that a page damaged on its way says so, and shows no other numbers. */

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 of a text in UTF-8, as eight hexadecimal digits. */
function checksum(text) {
  const bytes = new TextEncoder().encode(text);
  let sum = -1;
  for (let i = 0; i < bytes.length; i += 1) sum = TABLE[(sum ^ bytes[i]) & 255] ^ (sum >>> 8);
  return ((sum ^ -1) >>> 0).toString(16).padStart(8, "0");
}

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

export { checksum, isWhole, readWhole, sayDamaged };
