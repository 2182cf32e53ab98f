-- What every page must say, such as that the data are synthetic (front matter: `notice`). Used by Quarto and by the
-- embedded renderer; Word has it in the header of its reference document.
function Pandoc(doc)
  if doc.meta.notice == nil then
    return nil
  end
  local text = pandoc.utils.stringify(doc.meta.notice)
  if FORMAT == "typst" then
    doc.blocks:insert(1, pandoc.RawBlock("typst", '#notice.update("' .. text .. '")'))
  elseif FORMAT:match("html") then
    doc.blocks:insert(1, pandoc.RawBlock("html", '<p class="notice" role="note">' .. text .. "</p>"))
  end
  return doc
end
