-- Small tables: what has the class `small` is set in smaller type. Used by Quarto and by the embedded renderer.
function Div(div)
  if not div.classes:includes("small") or FORMAT ~= "typst" then
    return nil
  end
  return {
    pandoc.RawBlock("typst", "#small-tables["),
    div,
    pandoc.RawBlock("typst", "]"),
  }
end
