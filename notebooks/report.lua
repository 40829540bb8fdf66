-- Numbers figures, tables, sections and equations, resolves the references to them, and lays out call-outs,
-- folded parts and wide tables. Quarto numbers and links by itself; under Quarto only the folded parts are ours.
-- A fault is told on stderr as "REPORT-FAULT<tab>what<tab>expected"; the renderer collects all of them.

local NAMES = { fig = "Figure", tbl = "Table", sec = "Section", eq = "Equation" }
local CALLOUTS = { note = "Note", tip = "Tip", warning = "Warning", important = "Important", caution = "Caution" }
local HTML = FORMAT:match("html") ~= nil
local NBSP = "\u{a0}"

local targets = {} -- identifier → { kind, number, title }
local counts = { fig = 0, tbl = 0, eq = 0 }
local sections = {} -- counter for each heading level
local has_bibliography = false
local number_sections = true

local text_of = pandoc.utils.stringify

local function fault(what, expected)
  io.stderr:write("REPORT-FAULT\t" .. what .. "\t" .. (expected or "") .. "\n")
end

local function kind_of(identifier)
  local kind = identifier:match("^(%a+)%-.")
  return NAMES[kind] and kind or nil
end

local function escaped(text)
  return (text:gsub("&", "&amp;"):gsub("<", "&lt;"):gsub(">", "&gt;"):gsub('"', "&quot;"))
end

local function folded(div, summary)
  local id = div.identifier ~= "" and ' id="' .. escaped(div.identifier) .. '"' or ""
  local class = escaped(table.concat(div.classes, " "))
  local open = '<details class="' .. class .. '"' .. id .. "><summary>" .. escaped(summary) .. "</summary>"
  local blocks = pandoc.Blocks({ pandoc.RawBlock("html", open) })
  blocks:extend(div.content)
  blocks:insert(pandoc.RawBlock("html", "</details>"))
  return blocks
end

local function details(div)
  if HTML and div.classes:includes("details") then
    return folded(div, div.attributes.summary or "More")
  end
end

if quarto ~= nil then
  return { { Div = details } }
end

-- First pass: settings, and every block brought to one form -------------------------------------------------------

local function read_settings(meta)
  has_bibliography = meta.bibliography ~= nil or meta.references ~= nil
  if meta["report-number-sections"] ~= nil then
    number_sections = text_of(meta["report-number-sections"]) == "true"
  end
end

local function callout(div)
  local kind
  for _, class in ipairs(div.classes) do
    kind = kind or class:match("^callout%-(%a+)$")
  end
  if not kind then
    return nil
  end
  local title = div.attributes.title
  local first = div.content[1]
  if not title and first and first.t == "Header" then
    title = text_of(first)
    div.content:remove(1)
  end
  title = title or CALLOUTS[kind]
  local classes = { "callout", "callout-" .. kind }
  if HTML and div.attributes.collapse == "true" then
    return folded(pandoc.Div(div.content, pandoc.Attr(div.identifier, classes)), title)
  end
  local body = pandoc.Blocks({ pandoc.Div({ pandoc.Para({ pandoc.Strong(title) }) }, { class = "callout-title" }) })
  body:insert(pandoc.Div(div.content, { class = "callout-body" }))
  return pandoc.Div(body, pandoc.Attr(div.identifier, classes, { role = "note" }))
end

-- ::: {#fig-x} … last paragraph is the caption :::  and the same for tables
local function float(div)
  local kind = kind_of(div.identifier)
  if kind ~= "fig" and kind ~= "tbl" then
    return nil
  end
  local caption = div.content[#div.content]
  if #div.content < 2 or caption.t ~= "Para" then
    fault("'" .. div.identifier .. "' has no caption", "a last paragraph that is the caption")
    return nil
  end
  div.content:remove(#div.content)
  if kind == "fig" then
    local alt = div.attributes["fig-alt"]
    local content = div.content:walk({
      Image = function(image)
        image.attributes["fig-alt"] = image.attributes["fig-alt"] or alt
        return image
      end,
    })
    return pandoc.Figure(content, { long = { pandoc.Plain(caption.content) } }, pandoc.Attr(div.identifier))
  end
  local found = false
  local content = div.content:walk({
    Table = function(tbl)
      if not found then
        found = true
        tbl.identifier = div.identifier
        tbl.caption = { long = { pandoc.Plain(caption.content) } }
        return tbl
      end
    end,
  })
  if not found then
    fault("'" .. div.identifier .. "' holds no table", "a pipe or grid table")
  end
  return content
end

local function any_div(div)
  return callout(div) or details(div) or float(div)
end

-- A paragraph that is only an image with an empty caption still needs its label.
local function lone_image(para)
  local image = para.content[1]
  if #para.content == 1 and image.t == "Image" and kind_of(image.identifier) == "fig" then
    fault("figure '" .. image.identifier .. "' has no caption", "![caption](file.svg){#" .. image.identifier .. "}")
  end
end

-- Second pass: numbers, in the order of the text ------------------------------------------------------------------

local function register(identifier, kind, number, title)
  if targets[identifier] then
    fault("label '" .. identifier .. "' is given twice", "one thing for each label")
  end
  targets[identifier] = { kind = kind, number = number, title = title }
end

local function next_number(identifier, kind)
  counts[kind] = counts[kind] + 1
  register(identifier, kind, tostring(counts[kind]))
  return tostring(counts[kind])
end

local previous_level = 1
local function number_header(header)
  local title = text_of(header)
  if header.level == 1 then
    fault("heading '" .. title .. "' is at level 1", "'## " .. title .. "': the title is the page's only first heading")
  elseif header.level > previous_level + 1 then
    fault("heading '" .. title .. "' skips a level", string.rep("#", previous_level + 1) .. " " .. title)
  end
  previous_level = header.level
  local number
  if number_sections and not header.classes:includes("unnumbered") then
    local depth = header.level - 1
    sections[depth] = (sections[depth] or 0) + 1
    for level = depth + 1, #sections do
      sections[level] = nil
    end
    for level = 1, depth do
      sections[level] = sections[level] or 0
    end
    number = table.concat(sections, ".")
    header.attributes.number = number
    header.content:insert(1, pandoc.Space())
    header.content:insert(1, pandoc.Span(number, { class = "header-section-number" }))
  end
  if kind_of(header.identifier) == "sec" then
    register(header.identifier, "sec", number, title)
  end
  return header
end

local function label_caption(blocks, kind, number)
  local label = pandoc.Span(NAMES[kind] .. NBSP .. number .. ":", { class = "caption-label" })
  if #blocks == 0 then
    blocks = pandoc.Blocks({ pandoc.Plain({}) })
  end
  blocks[1].content:insert(1, pandoc.Space())
  blocks[1].content:insert(1, label)
  return blocks
end

local function number_figure(figure)
  local images = 0
  if kind_of(figure.identifier) ~= "fig" then
    return nil
  end
  figure:walk({
    Image = function(image)
      images = images + 1
      if (image.attributes["fig-alt"] or "") == "" then
        fault("figure '" .. figure.identifier .. "' has no fig-alt", 'fig-alt="the finding, with its numbers"')
      end
    end,
  })
  if images == 0 then
    fault("figure '" .. figure.identifier .. "' holds no picture", "an SVG file")
  end
  local number = next_number(figure.identifier, "fig")
  figure.caption.long = label_caption(figure.caption.long, "fig", number)
  return figure
end

local function number_table(tbl)
  if kind_of(tbl.identifier) == "tbl" then
    local number = next_number(tbl.identifier, "tbl")
    tbl.caption.long = label_caption(tbl.caption.long, "tbl", number)
  end
  return tbl
end

local function number_equation(para)
  local math, last = para.content[1], para.content[#para.content]
  if #para.content < 2 or math.t ~= "Math" or math.mathtype ~= "DisplayMath" or last.t ~= "Str" then
    return nil
  end
  local identifier = last.text:match("^{#(eq%-[%w%-_]+)}$")
  if not identifier then
    return nil
  end
  local number = next_number(identifier, "eq")
  local content = { math, pandoc.Span("(" .. number .. ")", { class = "equation-number" }) }
  return pandoc.Div({ pandoc.Plain(content) }, pandoc.Attr(identifier, { "equation" }))
end

-- Third pass: references, pictures, tables ------------------------------------------------------------------------

local function link_to(citation)
  local target = targets[citation.id]
  if not target then
    fault("reference '@" .. citation.id .. "' leads nowhere", "a label {#" .. citation.id .. "} in the report")
    return pandoc.Inlines({ "?" })
  end
  local words
  if not target.number then
    words = pandoc.Inlines({ "“" .. target.title .. "”" })
  elseif citation.mode == "SuppressAuthor" then
    words = pandoc.Inlines({ target.number })
  elseif #citation.prefix > 0 then
    words = pandoc.Inlines({ text_of(citation.prefix) .. NBSP .. target.number })
  else
    words = pandoc.Inlines({ NAMES[target.kind] .. NBSP .. target.number })
  end
  local inlines = pandoc.Inlines({ pandoc.Link(words, "#" .. citation.id, "", { class = "xref" }) })
  inlines:extend(citation.suffix)
  return inlines
end

local function resolve(cite)
  local ours = 0
  for _, citation in ipairs(cite.citations) do
    ours = ours + (kind_of(citation.id) and 1 or 0)
  end
  if ours == 0 then
    if not has_bibliography then
      fault("citation '@" .. cite.citations[1].id .. "' without a bibliography", "'bibliography:' in the front matter")
    end
    return nil
  end
  if ours < #cite.citations then
    fault("'" .. text_of(cite.content) .. "' mixes a reference and a citation", "two pairs of brackets")
    return nil
  end
  local inlines = pandoc.Inlines({})
  for i, citation in ipairs(cite.citations) do
    if i > 1 then
      inlines:extend({ pandoc.Str(","), pandoc.Space() })
    end
    inlines:extend(link_to(citation))
  end
  return inlines
end

-- The picture's alt text is fig-alt; a second file for narrow screens may stand beside the first.
local function picture(image)
  if image.src:match("^%a[%w+.-]*:") or image.src:match("^//") then
    fault("picture '" .. image.src .. "' is not a file of the report", "a file beside the report")
  end
  local alt, narrow = image.attributes["fig-alt"], image.attributes.phone
  image.attributes["fig-alt"], image.attributes.phone = nil, nil
  image.caption = alt and pandoc.Inlines({ alt }) or image.caption
  image.identifier = ""
  if not (narrow and HTML) then
    return image
  end
  local second = image:clone()
  second.src = narrow
  image.classes:insert("for-wide")
  second.classes:insert("for-phone")
  return pandoc.Inlines({ image, second })
end

local function row_heads(tbl)
  for _, body in ipairs(tbl.bodies) do
    local all_named = #tbl.colspecs > 1 and tbl.colspecs[1][1] ~= "AlignRight"
    for _, row in ipairs(body.body) do
      all_named = all_named and row.cells[1] ~= nil and text_of(row.cells[1].contents) ~= ""
    end
    body.row_head_columns = all_named and 1 or body.row_head_columns
  end
end

local scrolled = 0
local function scroll_box(tbl)
  if not HTML then
    return nil
  end
  row_heads(tbl)
  for i, spec in ipairs(tbl.colspecs) do
    tbl.colspecs[i] = { spec[1], nil } -- widths guessed from the dashes of a pipe table help nobody
  end
  local name
  if #tbl.caption.long > 0 then
    scrolled = scrolled + 1
    local id = (tbl.identifier ~= "" and tbl.identifier or "table-" .. scrolled) .. "-caption"
    local words = tbl.caption.long[1].content
    tbl.caption.long[1].content = { pandoc.Span(words, pandoc.Attr(id, { "caption-text" })) }
    name = { "aria-labelledby", id }
  else
    name = { "aria-label", "Table" }
  end
  -- Wide enough to scroll on a phone: reachable without a mouse. A list of pairs, because the order of the keys of a
  -- Lua table differs from run to run, and with it the bytes of the page.
  local attributes = #tbl.colspecs > 3 and { { "role", "region" }, { "tabindex", "0" }, name } or {}
  local classes = #tbl.colspecs > 6 and { "table-scroll", "table-wide" } or { "table-scroll" }
  return pandoc.Div({ tbl }, pandoc.Attr("", classes, attributes))
end

return {
  { Meta = read_settings },
  { Div = any_div },
  { Para = lone_image },
  { Header = number_header },
  { Figure = number_figure, Table = number_table, Para = number_equation },
  { Cite = resolve, Image = picture, Table = scroll_box },
}
