-- Small tables: what has the class `small` is set in smaller type. Used by Quarto and by the embedded renderer.
function Div(div)
  if not div.classes:includes("small") or FORMAT ~= "typst" then
    return nil
  end
  return {
    pandoc.RawBlock("typst", "#[\n#show table: set text(size: 6.8pt)\n#set table(inset: (x: 2.5pt, y: 2.4pt))"),
    div,
    pandoc.RawBlock("typst", "]"),
  }
end
