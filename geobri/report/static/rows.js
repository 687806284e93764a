/* Rows of the tables of the page, as a spreadsheet gets them. */

/** Head and rows: id, both names, and every column. */
function listRows(table, rows) {
  const value = (column, i) => {
    if (column.kind === "text") return column.text(i, "en");
    return column.numbers[i] === null ? NaN : column.numbers[i];
  };
  return [
    ["id", "name", "name_zh", ...table.columns.map((column) => column.id)],
    ...rows.map((i) => [table.ids[i], table.name(i, "en"), table.name(i, "zh"), ...table.columns.map((column) => value(column, i))]),
  ];
}

export { listRows };
