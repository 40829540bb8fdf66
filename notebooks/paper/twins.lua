-- After report.lua, for paper: Word and PDF get what HTML leaves to the browser. Pictures as wide as the page lets them
-- be, columns as wide as what stands in them, call-outs as styles, contents after the key messages. The rows behind the
-- numbers stay on the page, where a number can be followed to its row, and so the links to them become plain numbers.

local text_of = pandoc.utils.stringify
local TYPST = FORMAT:match("typst") ~= nil

local WIDTH, TALLEST = 17.4, 21.5 -- centimetres: the text's width on A4, and a picture that leaves room for its caption
local LINE = 120 -- letters of a table's type that fit the text's width
local GAP = 3 -- letters between two columns
local LONGEST = 60 -- letters after which a cell of words breaks
local SMALLEST = 0.75 -- part of a table's type, below which the sheet is turned
local LENGTHWISE = 1.5 -- what a turned sheet has in width
local SHORT = 14 -- letters up to which words are not broken
local WHOLE = 16 -- rows of a table that is not parted between pages
local DEEPEST = 3 -- level of the headings that are listed
local ROWS_ELSEWHERE = "Every number of this report can be followed to its row: in report.html, which stands beside "
  .. "this file, each links to the row that it was taken from, and from there to the data. The rows are not printed here."

local function raw(text)
  return pandoc.RawBlock(TYPST and "typst" or "openxml", text)
end

local function quoted(text)
  return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"') .. '"'
end

-- Numbers and pictures ------------------------------------------------------------------------------------------------

local function plain_number(link)
  if link.target:match("^#row%-") then
    return link.content
  end
end

-- Width in centimetres at which an SVG of any shape fits both the text's width and the page.
local function width_of(svg)
  local file = io.open(svg, "r")
  local head = file and file:read(2000) or ""
  if file then
    file:close()
  end
  local w, h = head:match('viewBox="%S+ %S+ (%S+) (%S+)"')
  if not w then
    return WIDTH
  end
  return math.min(WIDTH, TALLEST * tonumber(w) / tonumber(h))
end

local function picture(image)
  local width = string.format("%.2fcm", width_of(image.src))
  if TYPST then -- pandoc's writer leaves the alternative text out
    local alt = quoted(text_of(image.caption))
    return pandoc.RawInline("typst", "#image(" .. quoted(image.src) .. ", alt: " .. alt .. ", width: " .. width .. ")")
  end
  image.src = image.src:gsub("%.svg$", ".png")
  image.attributes.width = width
  return image
end

-- Tables --------------------------------------------------------------------------------------------------------------

local function longest_word(text)
  local longest = 0
  for word in text:gmatch("%S+") do
    longest = math.max(longest, utf8.len(word) or #word)
  end
  return longest
end

-- Letters that a column wants, and the fewest that it can do with: words break at blanks, numbers and intervals never.
local function letters_of(tbl, column)
  local number = tbl.colspecs[column][1] == "AlignRight"
  local wanted, least = 0, 0
  local function take(row, head)
    local cell = row.cells[column]
    local text = cell and text_of(cell.contents) or ""
    local whole, word = utf8.len(text) or #text, longest_word(text)
    wanted = math.max(wanted, head and math.max(word, math.min(whole, 10)) or math.min(whole, LONGEST))
    local short = not number and whole <= SHORT
    local figure = number and text:match("^[^%a]") and text:match("%d%S*$")
    least = math.max(least, not head and (short or figure) and whole or word)
  end
  for _, row in ipairs(tbl.head.rows) do
    take(row, true)
  end
  for _, body in ipairs(tbl.bodies) do
    for _, row in ipairs(body.body) do
      take(row, false)
    end
  end
  return math.max(wanted, least) + GAP, least + GAP
end

-- Sets the widths; gives how much smaller the type must be for the table to fit (1: as it is).
local function fit(tbl)
  local wanted, least, wants, needs = {}, {}, 0, 0
  for i = 1, #tbl.colspecs do
    wanted[i], least[i] = letters_of(tbl, i)
    wants, needs = wants + wanted[i], needs + least[i]
  end
  local room = math.max(LINE, needs)
  if wants > room then -- then "fewer than 10" breaks, and the room goes to the columns of words
    wants = 0
    for i, spec in ipairs(tbl.colspecs) do
      wanted[i] = spec[1] == "AlignRight" and least[i] or wanted[i]
      wants = wants + wanted[i]
    end
  end
  local spare, over = room - needs, wants - needs
  -- a small table is spread a little, not over the whole page, so that the eye keeps to the row
  local part = math.min(1, wants * 1.4 / LINE)
  for i, spec in ipairs(tbl.colspecs) do
    local share = wanted[i] / wants * part
    if wants > room then
      share = (least[i] + spare * (wanted[i] - least[i]) / math.max(over, 1)) / room
    end
    tbl.colspecs[i] = { spec[1], math.floor(share * 10000) / 10000 }
  end
  return LINE / room
end

local function rows_of(tbl)
  local rows = 0
  for _, body in ipairs(tbl.bodies) do
    rows = rows + #body.body
  end
  return rows
end

-- Lines of type that the rows fill, once the widths are set: words of many lines fill a sheet with few rows.
local function lines_of(tbl)
  local lines = 0
  for _, body in ipairs(tbl.bodies) do
    for _, row in ipairs(body.body) do
      local most = 1
      for i, cell in ipairs(row.cells) do
        local room = math.max(1, (tbl.colspecs[i][2] or 1) * LINE)
        most = math.max(most, math.ceil(1.2 * utf8.len(pandoc.utils.stringify(cell.contents)) / room))
      end
      lines = lines + most
    end
  end
  return lines
end

local function words_of_cells(tbl)
  return tbl:walk({
    Plain = function(plain)
      return pandoc.Div({ pandoc.Para(plain.content) }, { ["custom-style"] = "Table Text" })
    end,
  })
end

local function printed_table(tbl)
  local scale = fit(tbl)
  if TYPST then
    local lengthwise = scale < SMALLEST
    -- in smaller type the words wrap more, so that fewer rows fill a sheet; a sheet turned lengthwise is low
    local long = lengthwise or rows_of(tbl) > (scale < 1 and WHOLE / 2 or WHOLE) or lines_of(tbl) > 2 * WHOLE
    local open = lengthwise and "#page(flipped: true)[" or "#["
    open = open .. "#show figure: set block(breakable: " .. tostring(long) .. ")" .. (long and "\n#beginning" or "")
    if scale < 1 then
      local size = math.min(1, lengthwise and scale * LENGTHWISE or scale)
      open = open .. string.format("\n#show table: set text(size: %.3fem)", size)
    end
    return { raw(open), tbl, raw("]") }
  end
  local caption = tbl.caption
  tbl.caption = { long = {} }
  tbl = words_of_cells(tbl)
  tbl.caption = caption
  return tbl
end

-- Divs and headings ---------------------------------------------------------------------------------------------------

local STYLES = { banner = "Banner", ["exhibit-foot"] = "Exhibit Foot" }

local function styled(div)
  for class, style in pairs(STYLES) do
    if div.classes:includes(class) then
      if not TYPST then
        return pandoc.Div(div.content, { ["custom-style"] = style })
      end
      local blocks = pandoc.Blocks({ raw("#" .. class .. "[") })
      blocks:extend(div.content)
      blocks:insert(raw("]"))
      return blocks
    end
  end
end

local function header(head)
  head.attributes.number = nil
  head.level = TYPST and head.level or head.level - 1 -- Word's title is no heading
  return head
end

-- Word fills in the page numbers when it is asked to bring the field up to date; without that the headings are links.
local function contents_of_word(doc)
  local blocks = pandoc.Blocks({})
  local function styled_as(style, inlines)
    blocks:insert(pandoc.Div({ pandoc.Para(inlines) }, { ["custom-style"] = style }))
  end
  local function field(inside)
    return pandoc.RawInline("openxml", "<w:r>" .. inside .. "</w:r>")
  end
  styled_as("TOC Heading", { pandoc.Str("Contents") })
  local begin = pandoc.Inlines({
    field('<w:fldChar w:fldCharType="begin" />'),
    field('<w:instrText xml:space="preserve"> TOC \\o "1-2" \\h \\z \\u </w:instrText>'),
    field('<w:fldChar w:fldCharType="separate" />'),
  })
  local last
  doc:walk({
    Header = function(head)
      if head.level < DEEPEST and head.identifier ~= "" then
        last = pandoc.Inlines({ pandoc.Link(head.content, "#" .. head.identifier) })
        begin:extend(last)
        styled_as("toc " .. head.level, begin)
        begin = pandoc.Inlines({})
      end
    end,
  })
  local closing = blocks[#blocks].content[1]
  closing.content:insert(field('<w:fldChar w:fldCharType="end" />'))
  return blocks
end

-- The rows behind the numbers are left out, with their headings; what else the section says stays.
local function without_rows(blocks)
  local kept, inside, level = pandoc.Blocks({}), false, 0
  for _, block in ipairs(blocks) do
    if block.t == "Header" and (not inside or block.level <= level) then
      inside, level = block.identifier == "sec-trace", block.level
      kept:insert(block)
      if inside then
        kept:insert(pandoc.Para({ pandoc.Str(ROWS_ELSEWHERE) }))
      end
    elseif not inside or (block.t == "Para" and text_of(block):match("^Made with")) then
      kept:insert(block)
    end
  end
  return kept
end

local function place_contents(doc)
  local contents = TYPST and pandoc.Blocks({ raw("#contents") }) or contents_of_word(doc)
  local blocks, placed = pandoc.Blocks({}), false
  for _, block in ipairs(doc.blocks) do
    local messages = block.t == "Div" and block.classes:includes("key-messages")
    if messages and TYPST then
      blocks:insert(raw("#key-messages["))
      blocks:extend(block.content)
      blocks:insert(raw("]"))
    elseif messages then
      blocks:extend(block.content)
    else
      blocks:insert(block)
    end
    if messages and not placed then
      blocks:extend(contents)
      placed = true
    end
  end
  if not placed then
    contents:extend(blocks)
    blocks = contents
  end
  doc.blocks = blocks
  return doc
end

-- A cell that begins with "=" would be a heading in Typst; pandoc's writer does not escape it there.
local function no_heading(block)
  local first = block.content[1]
  if TYPST and first and first.t == "Str" and first.text:match("^=") then
    block.content:insert(1, pandoc.RawInline("typst", "\\"))
    return block
  end
end

return {
  {
    Pandoc = function(doc)
      doc.blocks = without_rows(doc.blocks)
      return doc
    end,
  },
  { Link = plain_number, Image = picture, Table = printed_table, Div = styled, Header = header, Plain = no_heading },
  { Pandoc = place_contents },
}
