-- Numbered figures, tables and sections, and the references to them: @fig-x, @tbl-x, @sec-x.

local stringify = pandoc.utils.stringify
local IS_HTML, IS_TYPST = FORMAT:match("html") ~= nil, FORMAT == "typst"
local TITLES = { fig = "Figure", tbl = "Table", sec = "Section" }

local WHOLE, CHARACTERS = 16, 40 -- a table of so many lines stays on one page of the PDF; so many fit on one in a cell

local targets = {} -- identifier -> { kind =, number = }
local problems = pandoc.List()
local settings = {}

local function setting(name, default)
  return settings[name] and stringify(settings[name]) or default
end

local function kind_of(identifier)
  local kind = identifier:match("^(%a+)%-.")
  return TITLES[kind] and kind or nil
end

local function register(identifier, kind, number)
  if targets[identifier] then
    problems:insert("the label " .. identifier .. " is used twice")
  end
  targets[identifier] = { kind = kind, number = tostring(number) }
end

-- Numbers in document order. Sections count as Pandoc counts them: unnumbered headings do not.
local function count(doc)
  local counters, levels = { fig = 0, tbl = 0 }, {}
  local depth = tonumber(doc.meta["number-depth"] and stringify(doc.meta["number-depth"]) or "6")
  local function float(element)
    local kind = kind_of(element.identifier)
    if kind == "fig" or kind == "tbl" then
      counters[kind] = counters[kind] + 1
      register(element.identifier, kind, counters[kind])
    end
  end
  return doc:walk({
    traverse = "topdown",
    Figure = float,
    Table = float,
    Div = float,
    Header = function(header)
      if header.level > depth then
        header.classes:insert("unnumbered")
      end
      if not header.classes:includes("unnumbered") then
        for level = 1, 6 do
          levels[level] = level < header.level and (levels[level] or 0) or level == header.level and (levels[level] or 0) + 1 or 0
        end
        if kind_of(header.identifier) == "sec" then
          register(header.identifier, "sec", table.concat(levels, ".", 1, header.level))
        end
      end
      return header
    end,
  })
end

local function sequence_field(title, number)
  local function run(inner)
    return "<w:r>" .. inner .. "</w:r>"
  end
  return pandoc.RawInline(
    "openxml",
    run('<w:fldChar w:fldCharType="begin"/>')
      .. run('<w:instrText xml:space="preserve"> SEQ ' .. title .. " \\* ARABIC </w:instrText>")
      .. run('<w:fldChar w:fldCharType="separate"/>')
      .. run("<w:t>" .. number .. "</w:t>")
      .. run('<w:fldChar w:fldCharType="end"/>')
  )
end

local function caption_with_number(target, caption, identifier)
  local title = setting(target.kind .. "-title", TITLES[target.kind])
  local delimiter = setting("title-delim", ":")
  local number = IS_HTML and pandoc.Str(target.number) or sequence_field(title, target.number)
  local label = pandoc.Inlines({ pandoc.Str(title .. "\u{a0}"), number })
  if #caption > 0 then
    label:insert(pandoc.Str(delimiter))
  end
  local attributes = IS_HTML and pandoc.Attr("", { "caption-label" }) or pandoc.Attr(identifier)
  local inlines = pandoc.Inlines({ pandoc.Span(label, attributes) })
  if #caption > 0 then
    inlines:insert(pandoc.Space())
    inlines:extend(caption)
  end
  return inlines
end

local function html_float(identifier, target, caption, body)
  local line = pandoc.Inlines({ pandoc.RawInline("html", '<figcaption class="quarto-float-caption">') })
  line:extend(caption_with_number(target, caption, identifier))
  line:insert(pandoc.RawInline("html", "</figcaption>"))
  local class = "quarto-float quarto-float-" .. target.kind
  local blocks = pandoc.Blocks({ pandoc.RawBlock("html", '<figure id="' .. identifier .. '" class="' .. class .. '">') })
  local name = setting(target.kind .. "-title", TITLES[target.kind]) .. " " .. target.number
  local region = { { "tabindex", "0" }, { "role", "region" }, { "aria-label", name } }
  local scrolls = pandoc.Attr("", { "float-body" }, target.kind == "tbl" and region or {})
  local inner = pandoc.Div(body, scrolls)
  local ordered = target.kind == "tbl" and { pandoc.Plain(line), inner } or { inner, pandoc.Plain(line) }
  blocks:extend(ordered)
  blocks:insert(pandoc.RawBlock("html", "</figure>"))
  return blocks
end

-- Lines of a table, about: a row has as many as its longest cell needs.
local function line_count(blocks)
  local lines = 0
  blocks:walk({
    Table = function(tbl)
      for _, body in ipairs(tbl.bodies) do
        for _, row in ipairs(body.body) do
          local longest = 1
          for _, cell in ipairs(row.cells) do
            if cell.col_span == 1 then
              longest = math.max(longest, math.ceil(pandoc.text.len(stringify(cell.contents)) / CHARACTERS))
            end
          end
          lines = lines + longest
        end
      end
    end,
  })
  return lines
end

local function typst_float(identifier, target, caption, body)
  local position = target.kind == "tbl" and "top" or "bottom"
  local title = setting(target.kind .. "-title", TITLES[target.kind])
  local close = pandoc.Inlines({
    pandoc.RawInline(
      "typst",
      "], caption: figure.caption(position: " .. position .. ", separator: [" .. setting("title-delim", ":") .. " ], ["
    ),
  })
  close:extend(caption)
  close:insert(
    pandoc.RawInline(
      "typst",
      ']), kind: "quarto-float-' .. target.kind .. '", supplement: "' .. title .. '", numbering: "1") <' .. identifier .. ">"
    )
  )
  local blocks = pandoc.Blocks({ pandoc.RawBlock("typst", "#figure([") })
  blocks:extend(body)
  blocks:insert(pandoc.Plain(close))
  if line_count(body) <= WHOLE then
    blocks:insert(1, pandoc.RawBlock("typst", "#whole["))
    blocks:insert(pandoc.RawBlock("typst", "]"))
  else
    blocks:insert(1, pandoc.RawBlock("typst", "#need(5.5cm)")) -- no longer table begins with a row or two
  end
  return blocks
end

local function docx_float(identifier, target, caption, body)
  local function styled(content, style)
    return pandoc.Div(content, pandoc.Attr("", {}, { ["custom-style"] = style }))
  end
  local line = pandoc.Para(caption_with_number(target, caption, identifier))
  if target.kind == "tbl" then
    local blocks = pandoc.Blocks({ styled(line, "Table Caption") })
    blocks:extend(body)
    blocks:insert(styled(pandoc.Para({ pandoc.RawInline("openxml", "<w:r><w:t></w:t></w:r>") }), "Table Gap"))
    return blocks
  end
  local images = body:walk({
    Plain = function(plain)
      return pandoc.Para(plain.content)
    end,
  })
  return { styled(images, "Captioned Figure"), styled(line, "Image Caption") }
end

local function float_blocks(identifier, caption, body)
  local build = IS_HTML and html_float or IS_TYPST and typst_float or docx_float
  return build(identifier, targets[identifier], caption, body)
end

-- Floats made from cells (a Div with its caption inside), and Markdown's own figures and tables.
local floats = {
  traverse = "topdown",
  Div = function(div)
    if not div.classes:includes("numbered") or not targets[div.identifier] then
      return nil
    end
    local caption, body = pandoc.Inlines({}), pandoc.Blocks({})
    for _, block in ipairs(div.content) do
      if block.t == "Div" and block.classes:includes("numbered-caption") then
        caption = pandoc.utils.blocks_to_inlines(block.content)
      else
        body:insert(block)
      end
    end
    return float_blocks(div.identifier, caption, body), false
  end,
  Figure = function(figure)
    if targets[figure.identifier] then
      return float_blocks(figure.identifier, pandoc.utils.blocks_to_inlines(figure.caption.long), figure.content), false
    end
  end,
  Table = function(tbl)
    if targets[tbl.identifier] then
      local identifier, caption = tbl.identifier, pandoc.utils.blocks_to_inlines(tbl.caption.long)
      tbl.identifier = ""
      tbl.caption = { long = {} }
      return float_blocks(identifier, caption, pandoc.Blocks({ tbl })), false
    end
  end,
}

local function reference(citation)
  local target = targets[citation.id]
  if not target then
    problems:insert("unknown cross-reference @" .. citation.id)
    return pandoc.Inlines({ pandoc.Str("?" .. citation.id) })
  end
  local title = pandoc.Inlines(setting(target.kind .. "-prefix", TITLES[target.kind]))
  if #citation.prefix > 0 then
    title = citation.prefix
  elseif citation.mode == "SuppressAuthor" then
    title = pandoc.Inlines({})
  end
  if IS_TYPST then
    local inlines = pandoc.Inlines({ pandoc.RawInline("typst", "#ref(<" .. citation.id .. ">, supplement: [") })
    inlines:extend(title)
    inlines:insert(pandoc.RawInline("typst", "])"))
    return inlines
  end
  local text = #title > 0 and title .. pandoc.Inlines({ pandoc.Str("\u{a0}" .. target.number) })
    or pandoc.Inlines({ pandoc.Str(target.number) })
  return pandoc.Inlines({ pandoc.Link(text, "#" .. citation.id, "", pandoc.Attr("", { "quarto-xref" })) })
end

local references = {
  Cite = function(cite)
    local inlines, found = pandoc.Inlines({}), 0
    for _, citation in ipairs(cite.citations) do
      if kind_of(citation.id) then
        found = found + 1
        if found > 1 then
          inlines:extend({ pandoc.Str(","), pandoc.Space() })
        end
        inlines:extend(reference(citation))
        inlines:extend(citation.suffix)
      end
    end
    if found > 0 and found < #cite.citations then
      problems:insert("cross-references and citations in one bracket: " .. stringify(cite.content))
    end
    return found > 0 and inlines or nil
  end,
}

-- A heading stays with the table that follows it, also where a paragraph stands between them.
local function with_tables(blocks)
  local kept = pandoc.Blocks({})
  for index, block in ipairs(blocks) do
    if block.t == "Header" then
      for ahead = index + 1, math.min(index + 2, #blocks) do
        local found = false
        pandoc.Blocks({ blocks[ahead] }):walk({
          Div = function(div)
            found = found or kind_of(div.identifier) == "tbl"
          end,
        })
        if found then
          kept:insert(pandoc.RawBlock("typst", "#need(6.5cm)"))
          break
        end
      end
    end
    kept:insert(block)
  end
  return kept
end

function Pandoc(doc)
  settings = doc.meta.crossref or {}
  if IS_TYPST then
    doc.blocks = with_tables(doc.blocks)
  end
  doc = count(doc):walk(floats):walk(references)
  if #problems > 0 then
    error(table.concat(problems, "; "), 0)
  end
  return doc
end
