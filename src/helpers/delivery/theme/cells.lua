-- What a notebook cell displayed, as document elements: images, HTML tables as real tables, callouts.

local stringify = pandoc.utils.stringify
local ALIGNMENTS = { gt_left = "AlignLeft", gt_center = "AlignCenter", gt_right = "AlignRight" }
local CALLOUTS = { note = "Note", warning = "Warning", important = "Important", tip = "Tip", caution = "Caution" }

local function alignment_of(cell)
  for class, alignment in pairs(ALIGNMENTS) do
    if cell.classes:includes(class) then
      return alignment
    end
  end
  local side = (cell.attributes.style or ""):match("text%-align:%s*(%a+)")
  return side and ALIGNMENTS["gt_" .. side] or cell.alignment
end

local function emphasise(blocks, wrap)
  return blocks:walk({
    traverse = "topdown",
    Plain = function(plain)
      return pandoc.Plain({ wrap(plain.content) }), false
    end,
    Para = function(para)
      return pandoc.Plain({ wrap(para.content) }), false
    end,
  })
end

local function plain_spans(blocks)
  return blocks:walk({
    Span = function(span)
      if span.classes:includes("gt_footnote_marks") then
        return pandoc.Superscript(span.content)
      end
      return span.content
    end,
    RawInline = function()
      return {}
    end,
  })
end

local function indented(blocks, cell)
  local depth = tonumber((cell.attributes.style or ""):match("padding%-left:%s*([%d.]+)em")) or 0
  for _, class in ipairs(cell.classes) do
    depth = depth + (tonumber(class:match("^gt_indent_(%d)$")) or 0)
  end
  if depth > 0 and blocks[1] then
    blocks[1].content:insert(1, pandoc.Str(string.rep("\u{2003}", math.ceil(depth))))
  end
  return blocks
end

-- Blanks as wide as a digit and as a point, of which Word's typefaces have none; their blank is half a digit wide.
local function word_blanks(blocks)
  return blocks:walk({
    Str = function(text)
      return pandoc.Str((text.text:gsub("\u{2007}", "\u{a0}\u{a0}"):gsub("\u{2008}", "\u{a0}")))
    end,
  })
end

local function read_cell(cell, heading, bold)
  local style = cell.attributes.style or ""
  local contents = plain_spans(cell.contents)
  if FORMAT == "docx" then
    contents = word_blanks(contents)
  end
  if heading or bold or style:find("font%-weight:%s*bold") then
    contents = emphasise(contents, pandoc.Strong)
  end
  if style:find("font%-style:%s*italic") then
    contents = emphasise(contents, pandoc.Emph)
  end
  local spanner = cell.classes:includes("gt_column_spanner_outer") and stringify(cell.contents) ~= ""
  local alignment = alignment_of(cell)
  contents = indented(contents, cell)
  cell.attr = pandoc.Attr()
  if FORMAT == "typst" and heading then
    cell.attributes["typst:align"] = "bottom"
    cell.attributes["typst:stroke"] = spanner and "(bottom: 0.4pt + luma(120))" or nil
  end
  cell.alignment = alignment
  cell.contents = contents
  return cell
end

local function is_group_heading(row)
  return row.classes:includes("gt_group_heading_row")
end

local function read_rows(rows, heading)
  local result = pandoc.List()
  for _, row in ipairs(rows) do
    local bold = is_group_heading(row)
    row.cells = row.cells:map(function(cell)
      return read_cell(cell, heading, bold)
    end)
    row.attr = pandoc.Attr()
    result:insert(row)
  end
  return result
end

-- Column alignment, read from the first body row that has one cell a column.
local function column_alignments(tbl)
  for _, body in ipairs(tbl.bodies) do
    for _, row in ipairs(body.body) do
      if #row.cells == #tbl.colspecs then
        return row.cells:map(alignment_of)
      end
    end
  end
  return tbl.colspecs:map(function(spec)
    return spec[1]
  end)
end

local function notes_of(foot)
  local notes = pandoc.Blocks({})
  for _, row in ipairs(foot.rows) do
    for _, cell in ipairs(row.cells) do
      if stringify(cell.contents) ~= "" then
        notes:insert(pandoc.RawBlock("typst", "#table-note["))
        notes:extend(cell.contents)
        notes:insert(pandoc.RawBlock("typst", "]"))
      end
    end
  end
  return notes
end

-- In Word all notes share one last row that spans the table.
local function merged_notes(tbl)
  local notes = pandoc.Blocks({})
  for _, row in ipairs(tbl.foot.rows) do
    for _, cell in ipairs(row.cells) do
      notes:extend(cell.contents)
    end
  end
  if stringify(notes) == "" then
    return pandoc.TableFoot({})
  end
  return pandoc.TableFoot({ pandoc.Row({ pandoc.Cell(notes, "AlignLeft", 1, #tbl.colspecs) }) })
end

local function read_table(tbl)
  local alignments = column_alignments(tbl)
  tbl.attr = pandoc.Attr()
  for index, spec in ipairs(tbl.colspecs) do
    tbl.colspecs[index] = { alignments[index], spec[2] }
  end
  tbl.head.rows = read_rows(tbl.head.rows, true)
  tbl.head.attr = pandoc.Attr()
  for _, body in ipairs(tbl.bodies) do
    local rows = read_rows(body.head, false)
    rows:extend(read_rows(body.body, false))
    body.head = {}
    body.body = rows
    body.attr = pandoc.Attr()
  end
  tbl.foot.rows = read_rows(tbl.foot.rows, false)
  tbl.foot.attr = pandoc.Attr()
  if FORMAT ~= "typst" then
    tbl.foot = merged_notes(tbl)
    return { tbl }
  end
  -- On paper the notes follow the table, so that its last rule lies above them.
  local notes = notes_of(tbl.foot)
  tbl.foot = pandoc.TableFoot({})
  notes:insert(1, tbl)
  return notes
end

local function html_tables(html)
  local blocks = pandoc.Blocks({})
  pandoc.read(html, "html").blocks:walk({
    traverse = "topdown",
    Table = function(tbl)
      blocks:extend(read_table(tbl))
      return nil, false
    end,
  })
  return blocks
end

local function cell_image(div)
  local attributes = {}
  if div.attributes.width then
    attributes.width = div.attributes.width
  end
  local alt = pandoc.Inlines(div.attributes.alt or "")
  if FORMAT == "typst" then
    attributes.alt = div.attributes.alt
  end
  return pandoc.Plain({ pandoc.Image(alt, div.attributes.src, "", pandoc.Attr("", {}, attributes)) })
end

local function callout(div, kind)
  local title = pandoc.Inlines(div.attributes.title or CALLOUTS[kind])
  local body = div.content
  if body[1] and body[1].t == "Header" then
    title = body[1].content
    body:remove(1)
  end
  if FORMAT:match("html") then
    body:insert(1, pandoc.Div(pandoc.Para(title), pandoc.Attr("", { "callout-title" })))
    return pandoc.Div(body, pandoc.Attr(div.identifier, { "callout", "callout-" .. kind }, { role = "note" }))
  elseif FORMAT == "typst" then
    title:insert(1, pandoc.RawInline("typst", '#report-callout(kind: "' .. kind .. '", title: ['))
    title:insert(pandoc.RawInline("typst", "])["))
    body:insert(1, pandoc.Plain(title))
    body:insert(pandoc.RawBlock("typst", "]"))
    return body
  end
  local heading = pandoc.Div(pandoc.Para(title), pandoc.Attr("", {}, { ["custom-style"] = "Callout Title" }))
  return { heading, pandoc.Div(body, pandoc.Attr(div.identifier, {}, { ["custom-style"] = "Callout" })) }
end

-- Tables written in Markdown: their header as in the others.
function Table(tbl)
  if not FORMAT:match("html") then
    for _, row in ipairs(tbl.head.rows) do
      row.cells = row.cells:map(function(cell)
        cell.contents = emphasise(cell.contents, pandoc.Strong)
        return cell
      end)
    end
    return tbl
  end
end

-- great_tables names its elements after the table, sections are named after their headings: keep the two apart, and
-- two tables made by the same function.
local used = {}
local function with_own_names(html)
  local name = html:match('^%s*<div id="([%w_%-]+)"')
  if not name or name:match("^gt%-") then
    return html
  end
  used[name] = (used[name] or 0) + 1
  local own = "gt-" .. name .. (used[name] > 1 and "-" .. used[name] or "")
  local pattern = name:gsub("%-", "%%-")
  return (
    html
      :gsub('id="' .. pattern .. '(["%-])', 'id="' .. own .. "%1")
      :gsub("#" .. pattern .. "(%s)", "#" .. own .. "%1")
      :gsub('headers="([^"]*)"', function(list)
        return 'headers="' .. list:gsub("%f[%w_%-]" .. pattern .. "%-", own .. "-") .. '"'
      end)
  )
end

function RawBlock(block)
  if block.format ~= "html" then
    return nil
  end
  if FORMAT:match("html") then
    block.text = with_own_names(block.text)
    return block
  end
  return html_tables(block.text)
end

function Div(div)
  if div.classes:includes("cell-image") then
    return cell_image(div)
  end
  for _, class in ipairs(div.classes) do
    local kind = class:match("^callout%-(%a+)$")
    if kind and CALLOUTS[kind] then
      return callout(div, kind)
    end
  end
end
