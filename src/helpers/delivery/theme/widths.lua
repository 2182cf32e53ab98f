-- Column widths for Word and for the page: as wide as the text asks for; where that is too much, with headings on two
-- lines; where even that is too much, the longest word of each column plus a share of what is left. Measured in characters; so many fit on a line of a table.
-- Word breaks what is longer than `longest`; Typst does not.
local CAPACITY = {
  docx = { normal = 114, small = 130, padding = 2, bold = 1.12, longest = 20 },
  typst = { normal = 126, small = 150, padding = 2.6, bold = 1.15, longest = 28 },
}
local LANDSCAPE, NARROW = 1.5, 0.6
local measures = CAPACITY[FORMAT]

-- Calls visit(column, cell) for every cell that belongs to one column, rowspans above it taken into account.
local function each_column_cell(rows, columns, visit)
  local taken = {}
  for _, row in ipairs(rows) do
    local column = 1
    for _, cell in ipairs(row.cells) do
      while (taken[column] or 0) > 0 do
        taken[column] = taken[column] - 1
        column = column + 1
      end
      if cell.col_span == 1 and column <= columns then
        visit(column, cell)
      end
      for _ = 1, cell.col_span do
        taken[column] = cell.row_span - 1
        column = column + 1
      end
    end
    for rest = column, columns do
      taken[rest] = math.max((taken[rest] or 0) - 1, 0)
    end
  end
end

-- Length in characters of average width: capitals are wider than small letters, points and brackets narrower.
local function length(text)
  local _, capitals = text:gsub("%u", "")
  local _, narrow = text:gsub("[.,:;()' ]", "")
  return pandoc.text.len(text) + 0.4 * capitals - 0.45 * narrow
end

local function measure(tbl)
  local natural, wrapped, minimum = {}, {}, {}
  for index = 1, #tbl.colspecs do
    natural[index], wrapped[index], minimum[index] = 3, 3, 3
  end
  local function reader(factor, lines)
    return function(column, cell)
      local text = pandoc.utils.stringify(cell.contents)
      natural[column] = math.max(natural[column], factor * length(text))
      wrapped[column] = math.max(wrapped[column], factor * length(text) / lines)
      for word in text:gmatch("%S+") do
        minimum[column] = math.max(minimum[column], factor * math.min(length(word), measures.longest))
      end
    end
  end
  each_column_cell(tbl.head.rows, #tbl.colspecs, reader(measures.bold, 1.7))
  for _, body in ipairs(tbl.bodies) do
    each_column_cell(body.body, #tbl.colspecs, reader(1, 1))
  end
  for index = 1, #natural do
    wrapped[index] = math.max(wrapped[index], minimum[index])
  end
  return natural, wrapped, minimum
end

local function sum(widths)
  local total = 0
  for _, width in ipairs(widths) do
    total = total + width + measures.padding
  end
  return total
end

-- Sets the widths; returns false where not even the longest words fit.
local function set_widths(tbl, capacity)
  local natural, wrapped, minimum = measure(tbl)
  if sum(natural) > capacity and sum(wrapped) <= capacity then
    minimum = wrapped
  end
  local wanted, least = sum(natural), sum(minimum)
  if wanted <= capacity and FORMAT == "typst" then
    return true -- Typst measures the text itself
  end
  local share, total = 1, math.min(capacity, wanted / NARROW)
  if wanted > capacity then
    share, total = math.max(0, capacity - least) / (wanted - least), math.max(capacity, least)
  end
  for index, spec in ipairs(tbl.colspecs) do
    local width = minimum[index] + measures.padding + share * (natural[index] - minimum[index])
    tbl.colspecs[index] = { spec[1], math.floor(10000 * width / total) / 10000 }
  end
  return least <= capacity
end

local function smaller(tbl)
  if FORMAT == "typst" then
    return { pandoc.RawBlock("typst", "#small-tables["), tbl, pandoc.RawBlock("typst", "]") }
  end
  return { pandoc.Div({ tbl }, pandoc.Attr("", { "small" })) }
end

local function walk(blocks, size, factor)
  return blocks:walk({
    traverse = "topdown",
    Table = function(tbl)
      if set_widths(tbl, measures[size] * factor) or size == "small" then
        return tbl, false
      end
      set_widths(tbl, measures.small * factor)
      return smaller(tbl), false
    end,
    Div = function(div)
      local small, landscape = div.classes:includes("small"), div.classes:includes("landscape")
      if (small and size ~= "small") or (landscape and factor == 1) then
        div.content = walk(div.content, small and "small" or size, landscape and LANDSCAPE or factor)
        return div, false
      end
    end,
  })
end

function Pandoc(doc)
  if measures then
    doc.blocks = walk(doc.blocks, "normal", 1)
    return doc
  end
end
