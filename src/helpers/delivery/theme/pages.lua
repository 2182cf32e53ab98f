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

local function styled_cell(cell, style)
  local paragraphs = cell.contents:map(function(block)
    return block.t == "Plain" and pandoc.Para(block.content) or block
  end)
  if pandoc.utils.stringify(cell.contents) == "" then
    -- Pandoc leaves out an empty paragraph, and Word then makes the row as high as one of the text
    paragraphs = { pandoc.Para({ pandoc.RawInline("openxml", "<w:r><w:t></w:t></w:r>") }) }
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
