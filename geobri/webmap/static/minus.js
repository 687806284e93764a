/* The minus of negative numbers as it is printed: longer than a hyphen, and no line is broken behind it. */

/** A number as the browser writes it, its hyphen made a minus (U+2212); what is rounded to 0 has none. */
const printMinus = (text) => text.replace(/^-(?=[0.]+$)/, "").replace("-", "\u2212");

export { printMinus };
