-- What Word and the page need last: landscape pages, text styles inside tables.

local PORTRAIT = '<w:pgSz w:w="11906" w:h="16838"/>'
local LANDSCAPE = '<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>'
local MARGINS = '<w:pgMar w:top="1247" w:right="1247" w:bottom="1361" w:left="1247" w:header="709" w:footer="709" w:gutter="0"/>'

local function end_of_section(size)
  return pandoc.RawBlock("openxml", "<w:p><w:pPr><w:sectPr>" .. size .. MARGINS .. "</w:sectPr></w:pPr></w:p>")
end

local function landscape(div)
  local blocks = pandoc.Blocks({})
  if FORMAT == "typst" then
    blocks:insert(pandoc.RawBlock("typst", "#set page(flipped: true)"))
    blocks:extend(div.content)
    blocks:insert(pandoc.RawBlock("typst", "#set page(flipped: false)"))
    return blocks
  elseif FORMAT == "docx" then
    blocks:insert(end_of_section(PORTRAIT))
    blocks:extend(div.content)
    blocks:insert(end_of_section(LANDSCAPE))
    return blocks
  end
end

-- Column widths for Word, which keeps what it is told: as wide as the text, and when that is too wide for the page, the
-- longest word of each column plus a share of the rest. Measured in characters; a page holds about this many.
local CAPACITY = { ["Table Text"] = 104, ["Table Text Small"] = 119 }
local PADDING, BOLD, LONGEST_WORD, NARROW = 2.5, 1.12, 28, 0.6

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

local function measure(tbl)
  local natural, minimum = {}, {}
  for index = 1, #tbl.colspecs do
    natural[index], minimum[index] = 3, 3
  end
  local function reader(factor)
    return function(column, cell)
      local text = pandoc.utils.stringify(cell.contents)
      natural[column] = math.max(natural[column], factor * pandoc.text.len(text))
      for word in text:gmatch("%S+") do
        minimum[column] = math.max(minimum[column], factor * math.min(pandoc.text.len(word), LONGEST_WORD))
      end
    end
  end
  each_column_cell(tbl.head.rows, #tbl.colspecs, reader(BOLD))
  for _, body in ipairs(tbl.bodies) do
    each_column_cell(body.body, #tbl.colspecs, reader(1))
  end
  return natural, minimum
end

local function set_widths(tbl, capacity)
  local natural, minimum = measure(tbl)
  local wanted, least = 0, 0
  for index = 1, #natural do
    wanted, least = wanted + natural[index] + PADDING, least + minimum[index] + PADDING
  end
  local share = 1
  if wanted > capacity then
    share = math.max(0, capacity - least) / (wanted - least)
  end
  local total = wanted > capacity and math.max(capacity, least) or math.min(capacity, wanted / NARROW)
  for index, spec in ipairs(tbl.colspecs) do
    local width = minimum[index] + PADDING + share * (natural[index] - minimum[index])
    tbl.colspecs[index] = { spec[1], math.floor(10000 * width / total) / 10000 }
  end
end

local function styled_cell(cell, style)
  local paragraphs = cell.contents:map(function(block)
    return block.t == "Plain" and pandoc.Para(block.content) or block
  end)
  if #paragraphs == 0 then
    paragraphs = { pandoc.Para({}) }
  end
  cell.contents = { pandoc.Div(paragraphs, pandoc.Attr("", {}, { ["custom-style"] = style })) }
  return cell
end

local function style_rows(rows, style)
  for _, row in ipairs(rows) do
    row.cells = row.cells:map(function(cell)
      return styled_cell(cell, style)
    end)
  end
  return rows
end

local function style_tables(blocks, style)
  return blocks:walk({
    traverse = "topdown",
    Table = function(tbl)
      set_widths(tbl, CAPACITY[style])
      tbl.head.rows = style_rows(tbl.head.rows, style)
      for _, body in ipairs(tbl.bodies) do
        body.body = style_rows(body.body, style)
      end
      tbl.foot.rows = style_rows(tbl.foot.rows, "Table Note")
      return tbl, false
    end,
    Div = function(div)
      if div.classes:includes("small") then
        div.classes = div.classes:filter(function(class)
          return class ~= "small"
        end)
        div.content = style_tables(div.content, "Table Text Small")
        return div, false
      end
    end,
  })
end

function Pandoc(doc)
  if FORMAT == "docx" then
    doc.blocks = style_tables(doc.blocks, "Table Text")
  end
  doc.blocks = doc.blocks:walk({
    Div = function(div)
      if div.classes:includes("landscape") then
        return landscape(div)
      end
    end,
  })
  return doc
end
