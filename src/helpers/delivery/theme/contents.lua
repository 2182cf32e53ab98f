-- Word's table of contents with its entries already in it: Pandoc leaves it empty until Word updates the fields.

local stringify = pandoc.utils.stringify

local function run(inner)
  return pandoc.RawInline("openxml", "<w:r>" .. inner .. "</w:r>")
end

local function field(kind)
  return run('<w:fldChar w:fldCharType="' .. kind .. '"/>')
end

local function styled(inlines, style)
  return pandoc.Div(pandoc.Para(inlines), pandoc.Attr("", {}, { ["custom-style"] = style }))
end

local function entries_of(doc, depth)
  local entries = pandoc.List()
  local numbered = doc.meta["number-sections"]
  pandoc.structure.make_sections(doc.blocks, { number_sections = true }):walk({
    traverse = "topdown",
    Div = function(section)
      local header = section.content[1]
      if header and header.t == "Header" and header.level <= depth and not header.classes:includes("unlisted") then
        local text = stringify(header.content)
        if numbered and header.attributes.number and not header.classes:includes("unnumbered") then
          text = header.attributes.number .. "  " .. text
        end
        entries:insert({ text = text, level = header.level, identifier = section.identifier })
      end
    end,
  })
  return entries
end

function Pandoc(doc)
  if FORMAT ~= "docx" then
    return nil
  end
  local wanted = doc.meta.toc
  doc.meta.toc = nil
  local depth = tonumber(doc.meta["toc-depth"] and stringify(doc.meta["toc-depth"]) or "3")
  local entries = entries_of(doc, depth)
  if not wanted or #entries == 0 then
    return doc
  end
  local title = doc.meta["toc-title"] and stringify(doc.meta["toc-title"]) or "Contents"
  local blocks = pandoc.Blocks({ styled(pandoc.Inlines({ pandoc.Str(title) }), "TOC Heading") })
  for index, entry in ipairs(entries) do
    local inlines = pandoc.Inlines({})
    if index == 1 then
      inlines:extend({ field("begin"), run('<w:instrText xml:space="preserve"> TOC \\o "1-' .. depth .. '" \\h \\z \\n \\u </w:instrText>') })
      inlines:insert(field("separate"))
    end
    inlines:insert(pandoc.Link(pandoc.Inlines({ pandoc.Str(entry.text) }), "#" .. entry.identifier))
    if index == #entries then
      inlines:insert(field("end"))
    end
    blocks:insert(styled(inlines, "TOC " .. entry.level))
  end
  blocks:extend(doc.blocks)
  doc.blocks = blocks
  return doc
end
