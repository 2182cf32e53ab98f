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
    -- on paper, in the margin of every page; report.css holds how it looks on the screen
    local quoted = '"' .. text:gsub('[\\"<]', function(character)
      return ("\\%x "):format(character:byte())
    end) .. '"'
    local printed = "@page { @top-center { content: " .. quoted .. "; font: 600 8pt sans-serif; color: #8c1d22; } }"
    doc.blocks:insert(1, pandoc.RawBlock("html", '<p class="notice" role="note">' .. text .. "</p>\n<style>" .. printed .. "</style>"))
  end
  return doc
end
